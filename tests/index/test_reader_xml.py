"""What arXiv, PubMed and the ACL Anthology publish as XML: each in its documented shape."""

import gzip
from pathlib import Path

import pytest

from paperkin.index.content import content_digest, to_content
from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source


def read_text(tmp_path: Path, text: str, name: str = "papers.xml") -> list[Record | Reject]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    source = Source(str(path), name, explicit=True)
    assert recognise(source) == "xml"
    return list(read(source))


def records(found: list[Record | Reject]) -> list[Record]:
    assert all(isinstance(each, Record) for each in found), found
    return [each for each in found if isinstance(each, Record)]


def cleaned(record: Record) -> tuple[str, str]:
    content = to_content(record, content_digest(record))
    assert content is not None
    return content.title, content.abstract


OAI = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2022-03-01T10:00:00Z</responseDate>
<request verb="ListRecords" metadataPrefix="{format}">http://oaipmh.arxiv.org/oai</request>
<ListRecords>
{records}
<resumptionToken cursor="0" completeListSize="9">x</resumptionToken>
</ListRecords>
</OAI-PMH>
"""
ARXIV = """<record>
<header><identifier>oai:arXiv.org:2101.00001</identifier><datestamp>2021-05-01</datestamp></header>
<metadata>
 <arXiv xmlns="http://arxiv.org/OAI/arXiv/">
 <id>2101.00001</id><created>2021-01-02</created><updated>2021-04-30</updated>
 <authors>
  <author><keyname>van der Berg</keyname><forenames>Ann</forenames>
   <affiliation>U</affiliation></author>
  <author><keyname>Ek</keyname><forenames>Bo</forenames><suffix>Jr.</suffix></author>
  <author><keyname>The Kite Collaboration</keyname></author>
 </authors>
 <title>Kites in $x^2$ &amp;
  wind</title>
 <categories>cs.CL physics.flu-dyn</categories>
 <comments>4 pages</comments><journal-ref>J. Air 3 (2021)</journal-ref>
 <doi>10.1000/KITE</doi><license>http://example.org/by</license>
 <abstract>  We fly 5 &lt; 6 kites
in a steady wind.
</abstract>
 </arXiv>
</metadata>
</record>"""
RAW = """<record>
<header><identifier>oai:arXiv.org:hep-th/9901002</identifier></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
 <id>hep-th/9901002</id><submitter>Bo Ek</submitter>
 <version version="v10"><date>Tue, 2 Feb 2021 10:00:00 GMT</date><size>9kb</size></version>
 <version version="v2"><date>Mon, 1 Feb 1999 10:00:00 GMT</date><size>8kb</size></version>
 <version version="v1"><date>Sat, 2 Jan 1999 23:59:59 GMT</date><size>7kb</size></version>
 <title>On Wind</title>
 <authors>Ann Lee (1), Bo Ek, Jr. (Inst. of (deep) Air) and Cy D. Oh ((1) Kite U, Rome)</authors>
 <categories>hep-th math.CO</categories>
 <abstract>We wait.</abstract>
</arXivRaw></metadata></record>"""
DELETED = """<record><header status="deleted"><identifier>oai:arXiv.org:2101.00009</identifier>
<datestamp>2021-06-01</datestamp></header></record>"""


def test_oai_pmh_in_the_format_arxiv(tmp_path: Path) -> None:
    (made,) = records(read_text(tmp_path, OAI.format(format="arXiv", records=ARXIV)))
    assert (made.where.line, made.where.record) == (6, 1)
    assert cleaned(made) == ("Kites in x² & wind", "We fly 5 < 6 kites in a steady wind.")
    assert made.authors == ("Ann van der Berg", "Bo Ek Jr.", "The Kite Collaboration")
    assert (made.published, made.venue, made.key) == ("2021-01-02", "J. Air 3 (2021)", "2101.00001")
    assert made.categories == ("cs.CL", "physics.flu-dyn")
    assert {"arXiv:2101.00001", "DOI:10.1000/KITE"} <= set(made.ids)
    assert made.extra["update_date"] == "2021-04-30"
    assert made.extra["comments"] == "4 pages"


def test_oai_pmh_in_the_format_arxivraw_is_dated_by_its_versions(tmp_path: Path) -> None:
    (made,) = records(read_text(tmp_path, OAI.format(format="arXivRaw", records=RAW)))
    assert (made.published, made.extra["update_date"]) == ("1999-01-02", "2021-02-02")
    assert made.extra["version"] == "v10"
    assert made.authors == ("Ann Lee", "Bo Ek Jr.", "Cy D. Oh")
    assert (made.venue, made.categories) == ("arXiv", ("hep-th", "math.CO"))
    assert "arXiv:hep-th/9901002" in made.ids


def test_answers_one_after_the_other_with_deleted_records_and_errors(tmp_path: Path) -> None:
    text = OAI.format(format="arXiv", records=ARXIV + DELETED)
    text += (
        "<?xml version='1.0'?><OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'>"
        "<error code='badResumptionToken'>expired</error></OAI-PMH>\n"
    )
    text += OAI.format(format="arXivRaw", records=RAW).replace("<?xml", "\n<?xml")
    found = read_text(tmp_path, text)
    assert [each.where.record for each in found] == [1, 2, 3, 4]
    first, deleted, error, last = found
    assert isinstance(first, Record)
    assert isinstance(deleted, Reject)
    assert deleted.reason == "arXiv deleted it on 2021-06-01 (oai:arXiv.org:2101.00009)"
    assert isinstance(error, Reject)
    assert error.reason == "arXiv answered with an error: badResumptionToken: expired"
    assert isinstance(last, Record)
    assert text.split("\n")[(last.where.line or 0) - 1] == "<record>"


def test_prefixes_and_records_without_an_answer_around_them(tmp_path: Path) -> None:
    text = ARXIV.replace("<record", "<o:record").replace("</record", "</o:record")
    text = text.replace("<title", "<a:title").replace("</title", "</a:title")
    (made,) = records(read_text(tmp_path, f"<harvest>\n{text}\n</harvest>"))
    assert made.title.startswith("Kites in")


def test_metadata_in_another_format_say_which_to_ask_for(tmp_path: Path) -> None:
    other = (
        "<record><header/><metadata><oai_dc:dc xmlns:oai_dc='u'><dc:title>Kites</dc:title>"
        "</oai_dc:dc></metadata></record><record><header/></record>"
    )
    dc, empty = read_text(tmp_path, OAI.format(format="oai_dc", records=other))
    assert isinstance(dc, Reject)
    assert "metadataPrefix=arXiv or arXivRaw" in dc.reason
    assert isinstance(empty, Reject)
    assert "no metadata" in empty.reason


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"
  xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <id>http://arxiv.org/api/kites</id>
  <title type="html">ArXiv Query: search_query=kites</title>
  <opensearch:totalResults>2</opensearch:totalResults>
  <entry>
    <id>http://arxiv.org/abs/2101.00001v3</id>
    <updated>2021-04-30T10:00:00Z</updated>
    <published>2021-01-02T23:00:00Z</published>
    <title>On
      Kites</title>
    <summary>  We fly.
    </summary>
    <author><name>Ann Lee</name><arxiv:affiliation>Kite U</arxiv:affiliation></author>
    <author><name>Bo Ek</name></author>
    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/kite</arxiv:doi>
    <arxiv:comment>4 pages</arxiv:comment>
    <arxiv:journal_ref>J. Air 3</arxiv:journal_ref>
    <link href="http://arxiv.org/abs/2101.00001v3" rel="alternate" type="text/html"/>
    <arxiv:primary_category term="math.CO"/>
    <category term="cs.CL"/><category term="math.CO"/>
  </entry>
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id</id>
    <title>Error</title><summary>incorrect id format for kite</summary>
  </entry>
</feed>
"""


def test_arxivs_atom_feed(tmp_path: Path) -> None:
    made, error = read_text(tmp_path, ATOM)
    assert isinstance(made, Record)
    assert (made.where.line, made.key, made.published) == (7, "2101.00001", "2021-01-02")
    assert cleaned(made) == ("On Kites", "We fly.")
    assert made.authors == ("Ann Lee", "Bo Ek")
    assert (made.venue, made.categories) == ("J. Air 3", ("math.CO", "cs.CL"))
    assert {"arXiv:2101.00001", "DOI:10.1000/kite"} <= set(made.ids)
    assert made.extra["version"] == "v3"
    assert made.extra["update_date"] == "2021-04-30"
    assert isinstance(error, Reject)
    assert error.reason == "arXiv answered with an error: incorrect id format for kite"


def test_arxivs_daily_feed(tmp_path: Path) -> None:
    entry = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>http://rss.arxiv.org/atom/cs.CL</id><entry>"
        "<id>oai:arXiv.org:2101.00001v1</id><title>On Kites</title><summary>arXiv:2101.00001v1 "
        "Announce Type: new \nAbstract: We fly.</summary><category term='cs.CL'/>"
        "<dc:creator>Ann Lee, Bo Ek</dc:creator></entry></feed>"
    )
    (made,) = records(read_text(tmp_path, entry))
    assert (made.abstract, made.authors) == ("We fly.", ("Ann Lee", "Bo Ek"))
    assert made.key == "2101.00001"


PUBMED = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN"
 "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_240101.dtd">
<PubmedArticleSet>
{articles}
</PubmedArticleSet>
"""
ARTICLE = """<PubmedArticle>
<MedlineCitation Status="MEDLINE"><PMID Version="1">12</PMID>
<DateRevised><Year>2020</Year><Month>01</Month><Day>01</Day></DateRevised>
<Article PubModel="Print"><Journal><ISSN>1</ISSN><JournalIssue>
<PubDate>{date}</PubDate></JournalIssue>
<Title>Journal of Air</Title><ISOAbbreviation>J Air</ISOAbbreviation></Journal>
<ArticleTitle>{title}</ArticleTitle>
<ELocationID EIdType="pii">S1</ELocationID>
<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/kite</ELocationID>
<Abstract>
<AbstractText Label="AIM" NlmCategory="OBJECTIVE">We <i>fly</i> at 10<sup>-3</sup> in
 H<sub>2</sub>O.</AbstractText>
<AbstractText NlmCategory="METHODS">With <mml:math><mml:mfrac><mml:mi>a</mml:mi> <mml:mrow>
 <mml:mi>b</mml:mi><mml:mo>+</mml:mo><mml:mn>1</mml:mn></mml:mrow></mml:mfrac></mml:math> kites.
</AbstractText>
<AbstractText Label="UNLABELLED">P &lt; 0.05.</AbstractText>
<CopyrightInformation>© Kite</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y">
<Author ValidYN="Y"><LastName>van der Berg</LastName><ForeName>Ann B</ForeName>
<Initials>AB</Initials>
<AffiliationInfo><Affiliation>Kite U</Affiliation></AffiliationInfo></Author>
<Author ValidYN="N"><LastName>Wrong</LastName></Author>
<Author ValidYN="Y"><LastName>Ek</LastName><Initials>B</Initials><Suffix>Jr</Suffix></Author>
<Author ValidYN="Y"><CollectiveName>The Kite Group</CollectiveName></Author></AuthorList>
<Language>fre</Language>{more}</Article>
<MedlineJournalInfo><MedlineTA>J Air</MedlineTA></MedlineJournalInfo>
<CommentsCorrectionsList><CommentsCorrections><PMID>99</PMID></CommentsCorrections>
</CommentsCorrectionsList>
<OtherAbstract Type="Publisher" Language="fre"><AbstractText>Nous</AbstractText></OtherAbstract>
<KeywordList Owner="NOTNLM"><Keyword>kites</Keyword>
<Keyword>steady <i>wind</i></Keyword></KeywordList>
</MedlineCitation>
<PubmedData><History><PubMedPubDate PubStatus="pubmed"><Year>1997</Year><Month>2</Month><Day>3</Day>
</PubMedPubDate></History><ArticleIdList><ArticleId IdType="pubmed">12</ArticleId>
<ArticleId IdType="pmc">PMC77</ArticleId><ArticleId IdType="doi">10.1000/kite</ArticleId>
</ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">55</ArticleId>
<ArticleId IdType="pmc">PMC55</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>"""
YEAR = "<Year>2001</Year>"


def article(date: str = YEAR, title: str = "On kites.", more: str = "") -> str:
    return ARTICLE.format(date=date, title=title, more=more)


def test_pubmed_keeps_the_labels_of_an_abstract(tmp_path: Path) -> None:
    (made,) = records(read_text(tmp_path, PUBMED.format(articles=article())))
    assert (made.where.line, made.key, made.venue) == (5, "12", "Journal of Air")
    assert cleaned(made)[1] == (
        "AIM: We fly at 10⁻³ in H2O.\n\nMETHODS: With a/(b+1) kites.\n\nP < 0.05."
    )
    assert made.authors == ("van der Berg, Ann B", "Ek, Jr, B", "The Kite Group")
    content = to_content(made, content_digest(made))
    assert content is not None
    assert content.authors == ("Ann B van der Berg", "B Ek Jr", "The Kite Group")
    assert content.ids == ("DOI:10.1000/kite", "PMCID:PMC77", "PMID:12")
    assert made.extra == {"keywords": ["kites", "steady wind"], "issn": "1"}
    assert made.language == "fre"


def test_pubmed_says_where_an_article_stands_and_that_it_was_retracted(tmp_path: Path) -> None:
    kinds = "".join(
        f"<PublicationType UI='D{number}'>{name}</PublicationType>"
        for number, name in enumerate(("Journal Article", "Retracted Publication"))
    )
    more = f"<PublicationTypeList>{kinds}</PublicationTypeList>"
    issue = "<Volume>3</Volume><Issue>2</Issue><PubDate>"
    text = article(more=more).replace("<PubDate>", issue, 1)
    for pages, said in (
        ("<StartPage>11</StartPage><EndPage>19</EndPage><MedlinePgn>11-9</MedlinePgn>", "11-9"),
        ("<StartPage>11</StartPage><EndPage>19</EndPage>", "11-19"),
        ("<StartPage>e7</StartPage>", "e7"),
    ):
        paged = text.replace("<ELocationID", f"<Pagination>{pages}</Pagination><ELocationID", 1)
        headed = paged.replace(
            "<KeywordList",
            "<MeshHeadingList><MeshHeading><DescriptorName>Wind</DescriptorName></MeshHeading>"
            "</MeshHeadingList><KeywordList",
            1,
        )
        (made,) = records(read_text(tmp_path, PUBMED.format(articles=headed)))
        extra = made.extra
        assert (extra["volume"], extra["issue"], extra["pages"]) == ("3", "2", said)
        assert (extra["retracted"], extra["mesh"]) == (True, ["Wind"])
        assert extra["type"] == "Journal Article; Retracted Publication"


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("<Year>2001</Year><Month>Jun</Month><Day>3</Day>", "2001-06-03"),
        ("<Year>2001</Year><Month>06</Month><Day>03</Day>", "2001-06-03"),
        ("<Year>2001</Year><Month>6</Month>", "2001-06"),
        ("<Year>2001</Year><Month>Jun</Month>", "2001-06"),
        ("<Year>2001</Year><Season>Summer</Season>", "2001"),
        (YEAR, "2001"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
        ("<MedlineDate>2000 Nov-Dec</MedlineDate>", "2000"),
        ("<MedlineDate>2000 Mar 15-31</MedlineDate>", "2000-03"),
        ("<MedlineDate>Winter 1976-1977</MedlineDate>", "1976"),
        ("", "1997-02-03"),
    ],
)
def test_every_shape_of_a_date(tmp_path: Path, date: str, published: str) -> None:
    (made,) = records(read_text(tmp_path, PUBMED.format(articles=article(date))))
    content = to_content(made, content_digest(made))
    assert content is not None
    assert content.published == published


def test_titles_that_were_translated(tmp_path: Path) -> None:
    own = "<VernacularTitle>Des cerfs-volants.</VernacularTitle>"
    found = read_text(
        tmp_path,
        PUBMED.format(
            articles=article(title="[On <b>kites</b>].", more=own)
            + article(title="[Not Available].", more=own)
            + article(title="[1] and [2].")
        ),
    )
    first, second, third = records(found)
    assert (first.title, first.extra["vernacular title"]) == ("On kites", "Des cerfs-volants.")
    assert second.title == "Des cerfs-volants."
    assert third.title == "[1] and [2]."


def test_books_bare_citations_deleted_ones_and_other_abstracts(tmp_path: Path) -> None:
    book = (
        "<PubmedBookArticle><BookDocument><PMID>13</PMID><Book><BookTitle>The Book of Kites"
        "</BookTitle><PubDate><Year>1999</Year></PubDate><AuthorList Type='editors'><Author>"
        "<LastName>Oh</LastName></Author></AuthorList></Book><ArticleTitle>Tails</ArticleTitle>"
        "<AuthorList Type='authors'><Author><LastName>Lee</LastName><ForeName>Ann</ForeName>"
        "</Author></AuthorList><ContributionDate><Year>2001</Year></ContributionDate><Abstract>"
        "<AbstractText>They wag.</AbstractText></Abstract></BookDocument></PubmedBookArticle>\n"
    )
    bare = (
        "<MedlineCitation><PMID>14</PMID><Article><ArticleTitle>Bare</ArticleTitle></Article>"
        "<OtherAbstract Language='spa'><AbstractText>Volamos.</AbstractText></OtherAbstract>"
        "<OtherAbstract Language='eng'><AbstractText>We fly.</AbstractText></OtherAbstract>"
        "</MedlineCitation>\n"
    )
    gone = "<DeleteCitation><PMID>5</PMID><PMID>6</PMID></DeleteCitation>"
    empty = "<PubmedArticle><PubmedData/></PubmedArticle>"
    found = read_text(tmp_path, PUBMED.format(articles=book + bare + gone + empty))
    chapter, citation, deleted, nothing = found
    assert isinstance(chapter, Record)
    assert (chapter.title, chapter.venue) == ("Tails", "The Book of Kites")
    assert (chapter.published, chapter.authors) == ("2001", ("Lee, Ann",))
    assert isinstance(citation, Record)
    assert (citation.key, citation.abstract) == ("14", "We fly.")
    assert isinstance(deleted, Reject)
    assert "a list of 2 that PubMed deleted (5, 6)" in deleted.reason
    assert isinstance(nothing, Reject)
    assert "no citation" in nothing.reason


ACL = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="{collection}">
  <volume id="{volume}" ingest-date="2020-06-21" type="proceedings">
    <meta>
      <booktitle>Proceedings of the <fixed-case>K</fixed-case>ite Meeting</booktitle>
      <editor><first>Cy</first><last>Oh</last></editor>
      <month>July 5-8</month><year>2020</year><venue>kite</venue>
    </meta>
    <frontmatter><url hash="1">2020.kite-main.0</url><bibkey>kite-2020</bibkey></frontmatter>
    {papers}
  </volume>
  <event id="kite-2020"><meta><title>Kite 2020</title></meta></event>
</collection>
"""
PAPER = """<paper id="5">
      <title><fixed-case>K</fixed-case>ites at <tex-math>O(n^2)</tex-math></title>
      <author id="ann-lee"><first>Ann</first><last>Lee</last><affiliation>U</affiliation>
      <variant script="hani"><first>安</first><last>李</last></variant></author>
      <author><last>Kite Group</last></author>
      <abstract>We <i>fly</i> <url>https://kite.example</url>.</abstract>
      {url}<doi>10.18653/v1/2020.kite-main.5</doi><award>Best Kite</award>
      <retracted date="2021-01-01">It fell.</retracted>
    </paper>"""


def test_a_collection_of_the_acl_anthology(tmp_path: Path) -> None:
    papers = PAPER.format(url='<url hash="a1">2020.kite-main.5</url>')
    (made,) = records(
        read_text(tmp_path, ACL.format(collection="2020.kite", volume="main", papers=papers))
    )
    assert (made.where.line, made.key) == (10, "2020.kite-main.5")
    assert cleaned(made) == ("Kites at O(n²)", "We fly https://kite.example.")
    assert made.authors == ("Lee, Ann", "Kite Group")
    content = to_content(made, content_digest(made))
    assert content is not None
    assert (content.published, content.venue) == ("2020-07", "Proceedings of the Kite Meeting")
    assert content.ids == ("ACL:2020.kite-main.5", "DOI:10.18653/v1/2020.kite-main.5")
    assert made.extra == {"awards": ["Best Kite"], "retracted": "It fell."}


@pytest.mark.parametrize(
    ("collection", "volume", "expected"),
    [
        ("2020.kite", "main", "2020.kite-main.5"),
        ("P18", "1", "P18-1005"),
        ("W18", "4", "W18-0405"),
        ("W18", "41", "W18-4105"),
        ("D19", "1", "D19-1005"),
        ("D19", "52", "D19-5205"),
        ("C69", "2", "C69-0205"),
    ],
)
def test_ids_are_made_of_the_place_in_the_collection(
    tmp_path: Path, collection: str, volume: str, expected: str
) -> None:
    papers = PAPER.format(url="<url>https://kite.example/5.pdf</url>")
    papers += '<paper id="0"><title>Front matter</title></paper>'
    text = ACL.format(collection=collection, volume=volume, papers=papers)
    (made,) = records(read_text(tmp_path, text))
    assert made.key == expected


def test_each_volume_of_a_collection_speaks_for_its_own_papers(tmp_path: Path) -> None:
    text = (
        "<collection id='P18'><volume id='1'><meta><booktitle>First</booktitle><year>2018</year>"
        "</meta><paper id='1'><title>One</title></paper></volume><volume id='2'><meta>"
        "<journal-title>Kite Letters</journal-title><year>2019</year></meta><paper id='1'><title>"
        "Two</title><editor><first>Cy</first><last>Oh</last></editor></paper></volume>"
        "<volume id='3'><paper id='1'><title>Three</title><booktitle>Third</booktitle>"
        "<year>2017</year></paper></volume></collection>"
    )
    one, two, three = records(read_text(tmp_path, text))
    assert (one.key, one.venue, one.published) == ("P18-1001", "First", "2018")
    assert (two.key, two.venue, two.published) == ("P18-2001", "Kite Letters", "2019")
    assert two.authors == ("Oh, Cy",)
    assert (three.key, three.venue, three.published) == ("P18-3001", "Third", "2017")


def test_the_older_files_of_the_anthology(tmp_path: Path) -> None:
    text = (
        "<volume id='W06'><paper id='0100'><title>Proceedings</title></paper>"
        "<paper id='0101'><title>Kites</title><year>2006</year></paper></volume>"
    )
    (made,) = records(read_text(tmp_path, text))
    assert (made.key, made.published) == ("W06-0101", "2006")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "<?xml version='1.0'?><rss version='2.0'><channel/></rss>",
            r"<rss>, an RSS feed\. Of XML",
        ),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><id>x</id></feed>", "none of arXiv's"),
        ("<kites xmlns='urn:kite'/>", "root element <kites> of urn:kite. Of XML, Paperkin reads"),
        ("<eSearchResult><IdList/></eSearchResult>", "get the records with EFetch"),
        ("<?xml version='1.0'?>", "is XML. Of XML"),
    ],
)
def test_other_xml_is_told_from_what_is_read(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_text(tmp_path, text)


def test_the_format_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(ATOM, encoding="utf-8")
    source = Source(str(path), "x", explicit=True)
    assert isinstance(next(read(source, format="xml")), Record)
    with pytest.raises(SourceError, match="leave the choice of its format to Paperkin"):
        read(source, format="csv")
    path.write_text("title,year\nKites,2001\n", encoding="utf-8")
    with pytest.raises(SourceError, match="is no XML"):
        next(read(source, format="xml"))


def test_packed_files_and_encodings(tmp_path: Path) -> None:
    text = ARXIV.replace("steady wind", "steady Łódź wind")
    for name, data in {
        "a.xml.gz": gzip.compress(f"<harvest>{text}</harvest>".encode()),
        "b.xml": f"<harvest>{text}</harvest>".encode("utf-16"),
        "bare.xml": f'<?xml version="1.0" encoding="UTF-16"?><h>{text}</h>'.encode("utf-16-be"),
        "c.xml": f'<?xml version="1.0" encoding="ISO-8859-2"?><h>{text}</h>'.encode("iso-8859-2"),
        # The declaration is stale: somebody saved the file anew.
        "d.xml": f'<?xml version="1.0" encoding="ISO-8859-1"?><h>{text}</h>'.encode(),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        source = Source(str(path), name.removesuffix(".gz"), explicit=True)
        assert recognise(source) == "xml"
        (made,) = records(list(read(source)))
        assert "steady Łódź wind" in made.abstract, name


EUROPE_PMC = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<responseWrapper xmlns:slx="http://www.scholix.org" xmlns:epmc="https://www.europepmc.org/data">
<version>6.9</version><hitCount>2</hitCount><request><queryString>leaves</queryString></request>
<resultList><result><id>555</id><source>MED</source><pmid>555</pmid><doi>10.1234/larva</doi>
<title>Larvae in <i>old</i> leaves &amp; reeds.</title><authorString>Lee A.</authorString>
<authorList><author><fullName>Lee A</fullName><firstName>Ann</firstName><lastName>Lee</lastName>
</author></authorList>
<journalInfo><volume>9</volume><journal><title>Leaf Biology</title></journal></journalInfo>
<pubYear>2011</pubYear><pageInfo>40-44</pageInfo>
<abstractText>&lt;h4&gt;Results&lt;/h4&gt;Leaves go.</abstractText>
<pubTypeList><pubType>Retracted Publication</pubType></pubTypeList>
<keywordList><keyword>larvae</keyword></keywordList>
<meshHeadingList><meshHeading><descriptorName>Larva</descriptorName></meshHeading>
</meshHeadingList><firstPublicationDate>2011-03-20</firstPublicationDate></result>
<result><id>PPR1</id><source>PPR</source></result></resultList></responseWrapper>
"""


def test_what_europe_pmc_answers_unless_asked_for_json(tmp_path: Path) -> None:
    made, reject = read_text(tmp_path, EUROPE_PMC)
    assert isinstance(made, Record)
    assert cleaned(made) == ("Larvae in old leaves & reeds.", "Results: Leaves go.")
    assert made.authors == ("Lee, Ann",)
    assert (made.published, made.venue, made.where.line) == ("2011-03-20", "Leaf Biology", 4)
    assert {"DOI:10.1234/larva", "PMID:555"} <= set(made.ids)
    assert made.extra["retracted"] is True
    assert (made.extra["keywords"], made.extra["mesh"]) == (["larvae"], ["Larva"])
    assert (made.extra["volume"], made.extra["pages"]) == ("9", "40-44")
    assert isinstance(reject, Reject)

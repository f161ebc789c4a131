import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperkin.index.clean import clean_text, clean_title, first_words

ARXIV = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "arxiv.jsonl.gz"

KEPT = [
    "A plain sentence, with (brackets) and 5% of everything.",
    "Errors fall where a < b, p<0.05 and q>3.",
    "The tokens <think> and <mask>, a pair <user, item>, and i<b> alone.",
    "Models of 1M~60M weights run ~5 hours; redshift z~2 is R~1000.",
    "It costs $5 and $10, or between $5-$10; at most $3 million to $7 million.",
    "Only $1 per 1,000 queries.",
    "It fell from $100 < $200, costs $1 + $2 total and saves $40 – $50 or $1,200 ± $300.",
    "Prices in US$ and AU$, cost ($) and benefit ($), from ($) to ($$$), in $, $/t and $/kWh.",
    "The $ sign and the $ sign.",
    "Models y~x, yield~block + plot and lm(y~x+z); X~N(0,1) and Y~Poisson, theta~Beta(1,2).",
    "Trains from 北京~上海.",
    "{'a': 1, 'b': 2}",
    "It prints {'a': 1, 'b': 2} for the set {x}.",
    r"Files in C:\new\table, C:\\new\\alpha and bin\tool\kit.",
    "A gain of 7.87 times, sometimes 2 times; Sim2Real, sim2real, simulation, sim3.",
    "Bits in {0,1}, weights in {-1, 0, 1}, triples {a, a', b}.",
    "AT&T; Q&A, R&D, see https://example.org/~ann/a_b--c?x=1&copy=2.",
    "x² stays x², and so do n^2.5, a^b, file_name_x and note [^1].",
    "Run it with --verbose; 5'' wide, it's 3' high; C++ and C#.",
    "数据，“引号”。",
    "می‌خواهم",
    "“Quoted” – and — dashes…",
    "Particles pm10 and pm2.5 at 3pm, from 9am.",
]


@pytest.mark.parametrize("text", KEPT)
def test_text_without_markup_stays_as_it_is(text):
    assert clean_text(text) == text
    assert clean_title(text) == text


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("one\n  two\tthree\u00a0four\u2003five ", "one two three four five"),
        ("exam\u00adple, zero\u200bwidth\ufeff", "example, zerowidth"),
        ("broken hy\u00ad\n  phenation", "broken hyphenation"),
        ("a\x00b\x07c\u2028d\u202ee\u2066f\u200eg", "abc defg"),
        ("lone \ud800 and \ud83d\ude00 paired", "lone and 😀 paired"),
        ("ﬁne ﬂow of Ｔｅｘｔ１２, e\u0301t\u00e9", "fine flow of Text12, été"),
        ("𝐁𝐨𝐥𝐝 claims", "Bold claims"),
        ("Cohenâ\x80\x99s kappa", "Cohen’s kappa"),
        ("half\u200c-way", "half-way"),
    ],
)
def test_characters(raw, read):
    assert clean_text(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("<p>An <i>in vitro</i> study</p>", "An in vitro study"),
        ("H<sub>2</sub>O at 10<sup>-3</sup> mol", "H2O at 10⁻³ mol"),
        ("<jats:title>Abstract</jats:title><jats:p>Text.</jats:p>", "Text."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("one<br/>two<br>three", "one two three"),
        ('see <a href="http://x.org">here</a>', "see here"),
        ("&amp;lt;b&amp;gt; R&amp;amp;D &#945; caf&eacute;", "<b> R&D α café"),
        ("&lt;p&gt;escaped&lt;/p&gt;", "escaped"),
        ("p&lt;0.05", "p<0.05"),
        ("a <!-- note --> b", "a b"),
        ("<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math>", "x=1"),
    ],
)
def test_tags_and_entities(raw, read):
    assert clean_text(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (r"50\% of R\&D, a\_b, \#1, \$5", "50% of R&D, a_b, #1, $5"),
        (r"cost (\$) and benefit (\$)", "cost ($) and benefit ($)"),
        (r"saves \$40 -- \$50, \$1,200 \pm \$300", "saves $40 – $50, $1,200 ± $300"),
        (r"\$100 {\textless} \$200 for $n$ of \$x and \$y", "$100 < $200 for n of $x and $y"),
        (r"the set \{x\}, a \textasciitilde b", "the set {x}, a ~ b"),
        (
            r"Smith~et al., J.~Doe, SNe~Ia, H~II, (3)~a net, 5 K~km~s$^{-1}$, x~\mathcal{N}(0, I)",
            "Smith et al., J. Doe, SNe Ia, H II, (3) a net, 5 K km s⁻¹, x~N(0, I)",
        ),
        (r"LHAASO~J2108+5157, V1247~Ori, a~new", "LHAASO J2108+5157, V1247 Ori, a new"),
        (r"\href{https://x.org/a_b}{\texttt{x.org/a\_b}}", "x.org/a_b"),
        (
            r"Fig.~3, Table~4, et~al.~(2020), 10~km, Dr.~Who",
            "Fig. 3, Table 4, et al. (2020), 10 km, Dr. Who",
        ),
        ("``double'' and `single' it's", "“double” and ‘single’ it's"),
        ('``mixed" quotes', "“mixed” quotes"),
        ("pages 1--2, and---so---on", "pages 1–2, and—so—on"),
        (r"\emph{a} \textbf{b \textit{c}} {\it d e} {\em f}", "a b c d e f"),
        (
            r"as shown \cite{x,y}. So it~\ref{z} is (\citep[p.~3]{k}) here.",
            "as shown. So it is here.",
        ),
        (
            r"\url{http://x.org/~a_b} or \href{http://u.org}{the site}",
            "http://x.org/~a_b or the site (http://u.org)",
        ),
        (r"\href{http://u.org}{http://u.org}", "http://u.org"),
        ("code: https://example.org/x{here}.", "code: https://example.org/x (here)."),
        (r"\'e \"{o} \v{c} \~n {\'{\i}} \o \aa \l \c{c} \c c", "é ö č ñ í ø å ł ç ç"),
        (
            r"H\"older, na\"{\i}ve, Erd\H{o}s, Stra\ss e, \AA rhus",
            "Hölder, naïve, Erdős, Straße, Århus",
        ),
        (r"they don\'t say \"yes\" here", 'they don\'t say "yes" here'),
        ("{BERT}: {P}re-{T}raining", "BERT: Pre-Training"),
        ("{Attention, Networks, and More}", "Attention, Networks, and More"),
        ("14{,}056 records", "14,056 records"),
        (r"\method achieves; \ours{} gains, \eg, this", "method achieves; ours gains, e.g., this"),
        (r"{\color{red}hot} \textcolor{blue}{cold}", "hot cold"),
        (r"text\footnote{See \url{http://a.org}.}", "text (See http://a.org)"),
        (r"C\textsc{iv}, \ion{C}{iv}, 5\,km, AC\,114", "Civ, C IV, 5 km, AC 114"),
        (r"dash$\unicode{x2013}$dash", "dash–dash"),
        ("an unclosed {brace and \\emph{argument", "an unclosed brace and argument"),
    ],
)
def test_latex_in_text(raw, read):
    assert clean_text(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (r"$\alpha$-stable, $k$-means", "α-stable, k-means"),
        ("$O(n^2)$ and $\\mathcal{O}(n \\log n)$", "O(n²) and O(n log n)"),
        (r"$\sim$5, $\sim 10$, $z\sim3$", "~5, ~10, z ~ 3"),
        (r"$7\times$ faster, $3 \times 10^{-3}$, 256$\times$256", "7× faster, 3 × 10⁻³, 256×256"),
        (r"\leq 5, $x \leq 5$, 5$\pm$0.2", "≤ 5, x ≤ 5, 5±0.2"),
        (r"$\mathbb{R}^d$ and \mathbb{R}^d", "R^d and R^d"),
        (r"$\frac{a}{b}$, $\frac{a+b}{2}$, $\sqrt{n}$, $\sqrt{n+1}$", "a/b, (a+b)/2, √n, √(n+1)"),
        (r"$x_{i,j}$, $x_1$, $x_{\rm max}$", "x_(i,j), x₁, x_max"),
        (r"$\{0,1\}^n$, $\langle x, y \rangle$, $\left( a \right)$", "{0,1}^n, ⟨x, y⟩, (a)"),
        (r"$4^{th}$, 4$^{th}$, 360$^\circ$, $M_\odot$, $x^\prime$", "4th, 4th, 360°, M⊙, x′"),
        (r"10$^{18.5}$ eV, $^{13}$CO(1--0)", "10^18.5 eV, ¹³CO(1–0)"),
        (r"$\hat{x}$, $\tilde{O}(n)$, $\mystery x$", "x̂, Õ(n), mystery x"),
        (r"$\text{for all } x$ with $a<b$ and $c>d$", "for all x with a<b and c>d"),
        (r"\(x^2\) and \[y_1\] and $$z$$", "x² and y₁ and z"),
        (r"costs \$5 and \$10 for $k$ items", "costs $5 and $10 for k items"),
        (r"RoBERTa_{base}, R^{3}Net and R^3Net, 10^-4", "RoBERTa_base, R³Net and R³Net, 10⁻⁴"),
        (r"$100 \times$ faster, a $7-$fold gain", "100 × faster, a 7-fold gain"),
        (r"DALL\cdotE, En\LeftrightarrowDe, 0\farcs3", "DALL·E, En⇔De, 0farcs3"),
        (r"En\rightarrowDe, \muNet, 28.3\% \to 34.2\%", "En→De, μNet, 28.3% → 34.2%"),
    ],
)
def test_formulas(raw, read):
    assert clean_text(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("up to 7times maximal", "up to 7× maximal"),
        ("a 7.66times gain, 256times256, 8times 8, 8timesGPU", "a 7.66× gain, 256×256, 8×8, 8×GPU"),
        (
            "only sim0.6 points, sim14,000times, sim20% and sim50K",
            "only ~0.6 points, ~14,000×, ~20% and ~50K",
        ),
        ("0.5pm0.1", "0.5±0.1"),
        ("5.69 rightarrow 4.75 at 360^circ", "5.69 → 4.75 at 360°"),
        ("textbf{0.92} by texttt{D}ual and mathcal{O}(n)", "0.92 by Dual and O(n)"),
    ],
)
def test_what_a_page_left_of_latex(raw, read):
    assert clean_text(raw) == read


def test_paragraphs_stay_in_abstracts_only():
    raw = "First line\nof one.\n \n\n  Second.\n"
    assert clean_text(raw) == "First line of one.\n\nSecond."
    assert clean_title(raw) == "First line of one. Second."


def test_titles():
    assert clean_title("  {Deep} Learning\n for\u00a0$k$-Means. ") == "Deep Learning for k-Means."
    assert clean_title("") == ""


PIECES = [
    *r"""{ } $ \ ^ _ ~ ` ' `` '' -- --- < > </ <p> <b> </b> & amp; lt; #38; &lt; \emph{ \cite{ \frac
    \sqrt \alpha \sim \times sim 5 times pm rightarrow word {,} , ( ) [ ] \( \) \{ \} \% \, \' \"
    \i \hat \text{ \left \$ \$5 \textless C:\new x~y http://a.b/c \url{ \href{ textbf{ \footnote{
    ^circ TM th é ﬁ Ａ ， 中 x² %
    K <!-- --> " : 1 0 . = s""".split(),
    *(" ", "\n", "\n\n", "\t", *"\x00\x85\xad\u200b\u200d\u202e\u0301\u2028\ud800\udc00\x80\xe2"),
]


@settings(max_examples=1500, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
def test_cleaning_twice_is_cleaning_once_and_can_be_stored(raw):
    for clean in (clean_text, clean_title):
        text = clean(raw)
        text.encode("utf-8")
        assert clean(text) == text
    assert "\n" not in clean_title(raw)
    first_words(clean_text(raw))


def test_a_surrogate_anywhere_is_survived():
    assert clean_text("\udfff{\ud800}a\udc00") == "a"


def test_code_points_of_marks_in_a_source_are_nothing():
    assert clean_text("5\ufdd3 and \ufdef{word}") == "5 and word"


@pytest.mark.parametrize(
    "unit",
    ["{", "}", "\\", "$", "<", "&amp;", "&amp;amp;", "~ ", "\\(", "<p ", "[", "''", "sim", "\n "],
)
def test_a_megabyte_of_anything_is_cleaned_in_linear_time(unit):
    # Quadratic time would be hours: the run would be ended from outside.
    clean_text(unit * (1_000_000 // len(unit)))


@pytest.mark.parametrize("raw", ["{" * 200_000 + "}" * 200_000, "$x_{" * 50_000 + "}$" * 50_000])
def test_deep_nesting_is_survived(raw):
    clean_text(raw)


@pytest.mark.skipif(not ARXIV.exists(), reason="needs shared/corpora/arxiv.jsonl.gz")
def test_real_abstracts_come_out_clean_and_whole():
    with gzip.open(ARXIV, "rt", encoding="utf-8") as lines:
        raws = [json.loads(line)["abstract"] for line in islice(lines, 0, 40_000, 10)]
    texts = [clean_text(raw) for raw in raws]
    assert [clean_text(text) for text in texts] == texts
    assert sum("\\" in text for text in texts) <= 3
    assert sum("\\" in raw for raw in raws) > 300
    for raw, text in zip(raws, texts, strict=True):
        if not set(raw) & set("\\{}$<>&~^_`-'"):
            assert text.split() == raw.split()


def test_first_words():
    assert first_words("We search papers. Then we stop.") == "We search papers."
    assert (
        first_words("As e.g. in Fig. 3, J. Doe et al. win. More.")
        == "As e.g. in Fig. 3, J. Doe et al. win."
    )
    assert first_words("Does it scale well? Yes.") == "Does it scale well?"
    assert first_words(" ".join("abcdefghijklmno")) == "a b c d e f g h i j k l…"
    assert first_words("one two three four", limit=3) == "one two three…"
    assert first_words("one two, three", limit=2) == "one two…"
    assert first_words("A short text") == "A short text"
    assert first_words("我们研究论文。然后") == "我们研究论文。"
    assert first_words("字" * 500) == "字" * 160 + "…"
    assert first_words("") == ""

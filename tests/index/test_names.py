import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkin.index.names import clean_name, family_name, fold, fold_words, name_words


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Doe, Jane", "Jane Doe"),
        ("Jane  Doe\n", "Jane Doe"),
        ("van der Berg, Jan", "Jan van der Berg"),
        ("de la Cruz, Maria", "Maria de la Cruz"),
        ("Berg, Jan van der", "Jan van der Berg"),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("Doe, Jane, PhD", "Jane Doe"),
        ("Jane Doe, M.D.", "Jane Doe"),
        ("Doe, J.~R.", "J. R. Doe"),
        (r"M{\"u}ller, J\"org", "Jörg Müller"),
        (r"{\O}stergaard, S{\o}ren", "Søren Østergaard"),
        ("Jane Doe <jane@example.org>", "Jane Doe"),
        ("Jane Doe (jane@example.org)", "Jane Doe"),
        ("Jane Doe¹,²", "Jane Doe"),
        ("Jane Doe1,2", "Jane Doe"),
        ("Jane Doe$^{1,*}$", "Jane Doe"),
        ("Jane Doe*†", "Jane Doe"),
        ("Jane Doe (University of Somewhere)", "Jane Doe"),
        ("Wei Wang (王伟)", "Wei Wang (王伟)"),
        ("Jane Doe III", "Jane Doe III"),
        ("Jane Doe.", "Jane Doe"),
        ("Doe, J.", "J. Doe"),
        ("and Jane Doe;", "Jane Doe"),
        ("Jane Doe 0001", "Jane Doe"),
        ("Doe et al.", "Doe"),
        ("Some Company, Inc.", "Some Company, Inc."),
        ("Department of Things, University of Here", "Department of Things, University of Here"),
        ("{Large Collaboration}", "Large Collaboration"),
        ("H1 Collaboration", "H1 Collaboration"),
        ("The NA62 experiment12", "The NA62 experiment"),
        ("王伟", "王伟"),
        ("Sin'ya Ō.", "Sin'ya Ō."),
        *(
            (nothing, "")
            for nothing in ("", "et al.", "[Anonymous]", "and others", "others", " , ", "123", "*")
        ),
    ],
)
def test_names_for_reading(raw, name):
    assert clean_name(raw) == name
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Jan van der Berg", "berg"),
        ("van der Berg, Jan", "berg"),
        ("Maria de la Cruz", "cruz"),
        ("Martin Luther King Jr.", "king"),
        ("Jane Doe III", "doe"),
        ("Conan O’Brien", "obrien"),
        ("Conan O'Brien", "obrien"),
        ("Hector García-Molina", "garcia-molina"),
        ("Rami Al-Rfou", "rfou"),
        ("Łukasz Größer", "grosser"),
        ("Doe JR", "doe"),
        ("Doe J", "doe"),
        ("Doe J.", "doe"),
        ("Doe A.B.", "doe"),
        ("DOE J.-P.", "doe"),
        ("van der Berg J.", "berg"),
        ("J. Doe", "doe"),
        ("Wei XU", "xu"),
        ("JANE FOX", "fox"),
        ("Wei Wang (王伟)", "wang"),
        ("王伟", "王伟"),
        ("Some Company, Inc.", "company"),
        ("", ""),
        ("...", ""),
    ],
)
def test_family_names(name, family):
    assert family_name(name) == family


def test_words_of_a_name():
    assert name_words("Jean-Luc O’Brien") == ("jean", "luc", "obrien")
    assert name_words("Łukasz Ðorđe Größer-Æbelø") == ("lukasz", "dorde", "grosser", "aebelo")
    assert name_words("J.-P. Doe") == ("j", "p", "doe")
    assert name_words("") == ()


def test_folding():
    assert fold("ÉCOLE Straße cs.CL") == "ecole strasse cs.cl"
    assert fold("İstanbul ısı ŒUVRE Þór") == "istanbul isi oeuvre thor"
    assert fold("ﬁne ＡＢＣ x²") == "fine abc x2"
    assert fold("한국어 हिन्दी が") == "한국어 हिन्दी が"
    assert fold_words("Trends in C++ & co.") == "trends in c co"


@given(st.text(max_size=40))
def test_any_text_is_survived_and_folding_is_idempotent(text):
    assert fold(fold(text)) == fold(text)
    assert fold_words(fold_words(text)) == fold_words(text)
    name = clean_name(text)
    name.encode("utf-8")
    assert "\n" not in name
    assert family_name(name) == family_name(name).strip()
    assert all(name_words(text))

"""Papers made up to break whoever writes them down, or reads what was written."""

import json
from pathlib import Path
from typing import Any

__all__ = ["HOSTILE", "write_hostile"]

_LONG = " ".join(f"Cup number {each} is poured, tasted and put down again." for each in range(900))

HOSTILE: list[dict[str, Any]] = [
    {
        "id": "arXiv:2101.00077v3",
        "title": "50% of R&D for $5: a {brace}, C#, a_b, x^2, ~9 and \\\\server\\share",
        "abstract": 'He said "no" twice: {0,1} < 2 > 1 & 3 % 2.\n\n@home, it --whistles.\n\n'
        "ER  - is how a record would end.\n\nTY  - is how one starts.",
        "authors": ["Zuzana Hlaváčková", "Martin Luther King Jr.", "Ludwig van Beethoven"],
        "published": "2021-06-30",
        "venue": 'Tea, Coffee; Cocoa | The "R&D" Journal_2',
        "categories": ["cs.CL", "stat.ML", "R&D_x"],
        "doi": "10.1002/(SICI)1097-4571(199209)43:8<628::AID-ASI5>3.0.CO;2-L",
        "ids": ["PMID:12345", "ACL:2021.acl-long.7", "CorpusId:99", "arXiv:2101.00078"],
        "url": "https://tea.example/a_b?c=1&d=%20;e#f",
        "language": "en",
        "extra": {
            "volume": "7",
            "number": "3",
            "pages": "11–29",
            "publisher": "Brown & Sons",
            "keywords": ["R&D", "hot_water", "50% tea"],
            "upvotes": 12,
            "ratio": 0.25,
            "open": True,
            "comments": '=HYPERLINK("x";"y"), {unclosed, "quoted"',
            "nested": {"a": [1, None, {"b": "c\nd"}]},
        },
    },
    {
        "id": "formula",
        "title": "=cmd|' /C calc'!A0 in the titles of papers",
        "abstract": "+1 for tea.\n\n-1 for coffee;=SUM(A1) is a cell.\n\n\t@SUM(1+9)*cmd",
        "authors": ["=Anna Quill", "+Bo Lind", "-Cyril Reed", "@Dora Marsh"],
        "published": "2020-02",
        "venue": "'=2+3 Quoted Proceedings of Tea",
        "categories": ["=cs", "-x", "''+y"],
        "url": "https://tea.example/=1",
        "extra": {"note": "=1+1", "=name": "@x", "keywords": ["-a", "+b"]},
    },
    {
        "id": "people",
        "title": "A paper that many different kinds of people have signed together",
        "abstract": "Their names are what this is about, and how they are kept apart when a list "
        "of them is written into one line: some have commas, some have particles before the family "
        "name, some have one word only, and some are names of bodies that no person bears.",
        "authors": [
            "Committee for Cups and Saucers",
            "University of Tea, Department of Kettles",
            "Brown, Smith and Company Ltd",
            "Jan van der Berg",
            "Charles de la Vallée Poussin",
            "José Ortega y Gasset",
            "Sammy Davis Jr.",
            "Aristotle",
            "王伟",
            "محمد الفارسي",
            "Mary-Ann O’Neill",
            "J. R. R. Tolkien",
            "Conan {The} Kettle",
            "nan",
            "Wei Zhang",
            "Wei Zhang",
            "Smith JA",
            'Robert "Bob" O\'Hara',
        ],
        "published": "1999",
    },
    {
        "id": "scripts",
        "title": "קומקום 🫖 and 茶壶: kettles of the world in one title",
        "abstract": "שלום to everyone 👩🏽‍🔬 boils. 水は百度で沸く。 Ünïcödé and n² ≤ 34 °C — “so”",
        "authors": ["אבי כהן", "王伟", "Łukasz Größer"],
        "published": "2022-01-01",
        "venue": "Журнал чая",
        "categories": ["茶", "Physics, applied"],
        "language": "he",
        "extra": {"keywords": ["קומקום", "tea; green", "a, b"]},
    },
    {
        "id": "long",
        "title": "The longest abstract about cups that was ever written",
        "abstract": _LONG,
    },
    {"id": "bare", "title": "A title with nothing whatsoever behind it, and no author either"},
    {
        "id": "untitled",
        "title": "",
        "abstract": "There is no title to this paper on kettles. It has an abstract, though.",
        "authors": ["Ada Quill"],
        "published": "2003-04",
    },
    {
        "id": "broken",
        "title": "A { that never closes, a } before {, and a \\ behind",
        "abstract": "@misc{x, title={y}} } } is no entry.\n\nNeither is this { one.",
        "authors": ["Ben Lid"],
        "venue": "{Kettle} } Letters",
        "published": "2011-12-31",
        "categories": ["one category with words"],
    },
    {
        "id": "thesis",
        "title": "Boiling considered at length in four hundred pages",
        "abstract": "A thesis has a school where others have a journal.",
        "authors": ["Eve Spout"],
        "venue": "Leeds School of Tea",
        "published": "2015",
        "extra": {"type": "phdthesis"},
    },
    {
        "id": "arXiv:math/0309285",
        "title": "On cups that are known to the archive alone",
        "abstract": "Their venue is where they were put.",
        "authors": ["Fay Øst"],
        "venue": "arXiv",
        "published": "2003-09-17",
        "categories": ["math.GT", "hep-th"],
        "ids": ["OpenAlex:W2741809807", "DOI:10.48550/arXiv.math/0309285"],
    },
]


def write_hostile(path: Path) -> Path:
    """The papers as JSON Lines, with an older record of the first one."""
    older = {
        **HOSTILE[0],
        "id": "arXiv:2101.00077v1",
        "abstract": "An older text of it.",
        "ids": [],
    }
    rows = [{**older, "doi": "", "extra": {}, "url": ""}, *HOSTILE]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path

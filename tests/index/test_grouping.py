"""From records to works: the same works in any order and any batches, and none over a conflict."""

import itertools
import random
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from paperkin.index.commit import set_state, write_plan
from paperkin.index.content import Content, content_digest, to_content
from paperkin.index.grouping import group
from paperkin.index.models import Model
from paperkin.index.naming import name_works
from paperkin.index.paper import Paper
from paperkin.index.plan import Incoming, Vanished, make_plan
from paperkin.index.record import Record, Where
from paperkin.index.snapshot import REMOVED
from paperkin.index.store import Store
from paperkin.index.works import APART, TEXT, compare, evidence, face_of

NEWTS = "How newts cross a road at night"
SURVEY = "A survey of deep learning methods"
BASE = [f"word{n * 7 % 911}" for n in range(60)]
FAR = [f"other{n * 5 % 911}" for n in range(60)]
X, Y = " ".join(BASE), " ".join(FAR)


def content(title: str = "", abstract: str = "", **fields: Any) -> Content:
    record = Record(Where("here", 1, 1), title=title, abstract=abstract, **fields)
    made = to_content(record, content_digest(record))
    assert made is not None
    return made


def works(contents: Iterable[Content]) -> set[frozenset[bytes]]:
    """The digests of each work."""
    faces: dict[Any, list[bytes]] = {}
    for each in contents:
        faces.setdefault(face_of(each), []).append(each.digest)
    return {frozenset(d for face in work for d in faces[face]) for work in group(faces)}


def together(a: Content, b: Content, contents: Iterable[Content]) -> bool:
    return any({a.digest, b.digest} <= work for work in works(contents))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library for vectors that nobody makes, with one source."""
    path = tmp_path_factory.mktemp("empty") / "library"
    model = Model("none", path, "", "0" * 32, 4, 0, "", "")
    store = Store.create(path, model)
    with store.lock, store.write() as connection:
        connection.execute("INSERT INTO sources VALUES (1, '/papers', 'papers', 'jsonl')")
    store.close()
    return path


class Library:
    """A library that is given contents in batches, and writes plans without vectors."""

    def __init__(self, empty: Path, folder: Path) -> None:
        self.store = Store.open(shutil.copytree(empty, folder))
        self.given: set[str] = set()

    def add(
        self, batch: Sequence[Content | tuple[str, Content]], gone: Sequence[str] = ()
    ) -> dict[str, int]:
        keyed = [each if isinstance(each, tuple) else (each.digest.hex(), each) for each in batch]
        with self.store.read() as snapshot:
            query = (
                "SELECT key, content, digest FROM records JOIN contents USING (content) "
                "WHERE substr(key, 1, 1) <> char(31)"
            )
            held = {key: rest for key, *rest in snapshot.rows(query)}
            incoming = [
                Incoming(1, key, None, said, held[key][0] if key in held else None)
                for key, said in keyed
                if key not in held or held[key][1] != said.digest
            ]
            vanished = [Vanished(1, key, *held[key]) for key in gone if key in held]
            plan = make_plan(snapshot, incoming, {1: "papers"}, vanished=vanished)
            model = snapshot.model
        with self.store.lock, self.store.write() as connection:
            write_plan(connection, plan, model, {})
        self.given.update(each.paper.id for each in plan.papers)
        return dict(plan.outcomes)

    def contents(self) -> dict[int, list[Content]]:
        with self.store.read() as snapshot:
            numbers = map(int, snapshot.live())
            found: dict[int, list[Content]] = {number: [] for number in numbers}
            for _, number, said in snapshot.contents(found):
                found[number].append(said)
        return found

    def papers(self) -> dict[frozenset[bytes], Paper]:
        found = self.contents()
        with self.store.read() as snapshot:
            papers = snapshot.papers(found)
        return {frozenset(s.digest for s in said): papers[n] for n, said in found.items()}

    def __getitem__(self, id: str) -> Paper:
        with self.store.read() as snapshot:
            found = snapshot.find(id)
            assert found is not None, id
            return snapshot.papers([found[0]])[found[0]]

    def check(self) -> None:
        """What is stored is what follows from the contents that are there, and from nothing else;
        and each id ever given leads somewhere."""
        found = self.contents()
        everything = [said for own in found.values() for said in own]
        assert set(self.papers()) == works(everything)
        for names in name_works(group(map(face_of, everything))):
            assert all(self[each].id == names.id for each in (names.id, *names.ids, *names.own_ids))
        with self.store.read() as snapshot:
            stored = set(snapshot.rows("SELECT key, content FROM evidence"))
            query = (
                "SELECT content FROM contents WHERE content NOT IN (SELECT content FROM records)"
            )
            assert not list(snapshot.rows(query))
            expected = {
                (key, number)
                for number, _, said in snapshot.contents(found)
                for key in evidence(face_of(said))
            }
        assert stored == expected
        assert all(self[each] for each in self.given)


def test_a_bare_record_does_not_chain_two_works_together(empty: Path, tmp_path: Path) -> None:
    ann = content(SURVEY, X, authors=("Ann Smith",), published="2019", ids=("10.1000/a",))
    ben = content(SURVEY, Y, authors=("Ben Jones",), published="2021", ids=("10.1000/b",))
    bare = content(SURVEY)
    expected = None
    for number, order in enumerate(itertools.permutations([ann, ben, bare])):
        library = Library(empty, tmp_path / str(number))
        for each in order:
            library.add([each])
        papers = library.papers()
        assert sorted(paper.doi for paper in papers.values()) == ["10.1000/a", "10.1000/b"]
        expected = expected or papers
        assert papers == expected


def test_one_title_and_two_dois_stay_two_beside_a_copy_without(empty: Path, tmp_path: Path) -> None:
    said = [content(NEWTS, ids=(f"10.1000/p{n}",)) for n in (1, 2)]
    library = Library(empty, tmp_path / "library")
    library.add([*said, content(NEWTS)])
    assert sorted(p.doi for p in library.papers().values()) == ["10.1000/p1", "10.1000/p2"]


def test_what_bears_a_conflict_in_two_steps_is_not_joined() -> None:
    """Each link is good alone; the ends are two works."""
    ends = [
        content(NEWTS, X, authors=("Ann Smith",), ids=("10.1000/a",)),
        content(NEWTS, Y, authors=("Ben Jones",)),
    ]
    middle = [content(NEWTS, ids=("PMID:7",)), content(NEWTS, published="2020")]
    assert compare(face_of(ends[0]), face_of(ends[1])) == APART
    assert not together(*ends, [*ends, *middle])
    assert len(works([*ends, *middle])) == 2


def test_what_is_surest_takes_a_record_that_fits_two_works() -> None:
    for n in range(8):
        venue = f"Journal {n}"
        one = content(NEWTS, published="2019", ids=("10.1000/a",))
        two = content(NEWTS, published="2020", ids=("10.1000/b",))
        for year, at_home in (("2019", one), ("2020", two)):
            bare = content(NEWTS, published=year, venue=venue)
            assert together(bare, at_home, [one, two, bare])
        ann = content(NEWTS, authors=("Ann Smith",), published="2020", ids=("10.1000/c",))
        bare = content(NEWTS, authors=("Ann Smith",), published="2021", venue=venue)
        other = content(NEWTS, published="2021", ids=("10.1000/b",))
        assert together(bare, ann, [ann, other, bare])


def test_near_copies_of_one_record_are_not_taken_for_it_where_it_matters() -> None:
    """Alike enough to one in spite of other authors, and not to its near copy."""
    for n in range(8):
        title = f"{NEWTS} {n}"
        near = " ".join([*BASE[:-4], "a", "b", "c", "d"])
        far = " ".join([*"efghijklm", *BASE[9:]])
        first, copy = (content(title, each, authors=("Ann Smith",)) for each in (X, near))
        other = content(title, far, authors=("Ben Jones",))
        faces = [face_of(each) for each in (first, copy, other)]
        assert compare(faces[0], faces[1]) == compare(faces[0], faces[2]) == TEXT
        assert compare(faces[1], faces[2]) == APART
        assert not together(copy, other, [first, copy, other])


def test_a_shared_id_outranks_different_ids() -> None:
    """A journal's and a proceedings' DOI of one preprint."""
    said = [
        content(NEWTS, X, ids=("arXiv:2101.00001", "10.1000/a")),
        content(NEWTS, X, ids=("arXiv:2101.00001", "10.1000/b")),
        content(NEWTS, ids=("10.1000/a",)),
        content(NEWTS, ids=("10.1000/b",)),
    ]
    assert len(works(said)) == 1
    # But not where it joins what has nothing else in common.
    mixed_up = content(NEWTS, X, ids=("arXiv:2101.00001", "10.1000/c"))
    other = content("Marshes of the southern coast", Y, ids=("10.1000/c", "arXiv:2101.00002"))
    first = content(NEWTS, X, ids=("arXiv:2101.00001",))
    assert not together(first, other, [first, other, mixed_up])


def test_chapters_with_the_doi_of_their_book_are_papers_of_their_own(
    empty: Path, tmp_path: Path
) -> None:
    authors, topics = ("Ann Smith", "Ben Jones", "Cy Reed"), ("newts", "marshes", "violins")
    chapters = [
        content(f"All about {topic}", authors=(name,), ids=("10.1000/book",))
        for name, topic in zip(authors, topics, strict=True)
    ]
    owners = set()
    for number, order in enumerate(itertools.permutations(chapters)):
        library = Library(empty, tmp_path / str(number))
        for each in order:
            library.add([each])
        papers = library.papers().values()
        assert len(papers) == len({paper.id for paper in papers}) == 3
        assert [paper.doi for paper in papers].count("10.1000/book") == 1
        owners.add(library["10.1000/book"].title)
        library.check()
    assert len(owners) == 1


def test_an_id_resolves_when_its_work_falls_apart(empty: Path, tmp_path: Path) -> None:
    said = {"title": SURVEY, "authors": ("Ann Smith",), "published": "2019"}
    bare = content(**said)
    one, two = (content(**said, ids=(f"10.1000/{n}",)) for n in "ab")
    resolved = set()
    for number, order in enumerate(itertools.permutations([bare, one, two])):
        library = Library(empty, tmp_path / str(number))
        for each in order:
            library.add([each])
            library.check()
        assert library["10.1000/a"].id != library["10.1000/b"].id
        resolved.add(library[bare.own_id].id)
    assert len(resolved) == 1


def remove(library: Library) -> None:
    """Remove every paper."""
    with library.store.read() as snapshot:
        papers = snapshot.papers(map(int, snapshot.live()))
    with library.store.lock, library.store.write() as connection:
        set_state(connection, papers, REMOVED, "remove")


def test_a_removed_paper_takes_no_new_one_along_that_parts_it(empty: Path, tmp_path: Path) -> None:
    for n in range(6):
        said = {"title": f"{NEWTS} {n}", "authors": ("Ann Smith",)}
        bridge, first = content(**said), content(**said, published="2019", ids=("10.1000/a",))
        library = Library(empty, tmp_path / str(n))
        library.add([bridge, first])
        remove(library)
        library.add([content(**said, published="2021", ids=("10.1000/b",))])
        assert [paper.doi for paper in library.papers().values()] == ["10.1000/b"]
        with library.store.read() as snapshot:
            found = snapshot.find("10.1000/a")
            assert found is not None
            assert found[1] == REMOVED


def test_the_parts_of_a_removed_paper_stay_removed(empty: Path, tmp_path: Path) -> None:
    bridge = {"title": NEWTS, "ids": ("10.1000/a", "arXiv:2101.00001")}
    library = Library(empty, tmp_path / "library")
    library.add(
        [
            content(NEWTS, ids=("10.1000/a",), published="2020"),
            content("Newts on roads", ids=("arXiv:2101.00001",)),
            ("key", content(**bridge)),
        ]
    )
    assert len(library.papers()) == 1
    remove(library)
    library.add([("key", content(NEWTS, ids=("10.1000/a",), published="2021"))])
    with library.store.read() as snapshot:
        parts = {snapshot.find(each) for each in ("10.1000/a", "arXiv:2101.00001")}
    assert len(parts) == 2
    assert library.papers() == {}


def random_contents(chance: random.Random, count: int) -> list[Content]:
    """Records that agree and conflict in all ways: ids, titles, authors, years, venues, texts."""

    def variant(words: list[str], changes: int) -> str:
        words = list(words)
        for _ in range(changes):
            words[chance.randrange(len(words))] = f"new{chance.randrange(10**6)}"
        return " ".join(words)

    abstracts = ["", "", "No abstract available.", X, Y, " ".join(BASE[:40] + FAR[:30])]
    abstracts += [variant(BASE, changes) for changes in (1, 1, 2, 3, 6)] + [variant(FAR, 2)]
    titles = [SURVEY, SURVEY, NEWTS, f"{NEWTS}: part I", f"{NEWTS}: part II", "Editorial", ""]
    titles += ["Introduction to the special issue", "Introduction to information retrieval"]
    ids = "10.1000/a 10.1000/b 10.1000/c arXiv:2101.00001 arXiv:2101.00002 PMID:5".split()
    made: dict[bytes, Content] = {}
    while len(made) < count:
        title, abstract = chance.choice(titles), chance.choice(abstracts)
        if not title and len(abstract) < 30:
            continue
        said = content(
            title,
            abstract,
            authors=chance.choice([(), ("Ann Smith",), ("Ben Jones",), ("Ann Smith", "Ben Jones")]),
            published=chance.choice(["", "2018", "2019", "2020", "2022"]),
            venue=chance.choice(["", "", "J A", "J B", "arXiv"]),
            ids=tuple(each for each in ids if chance.random() < 0.1),
        )
        made[said.digest] = said
    return list(made.values())


@pytest.mark.parametrize(("seed", "count"), [*((n, 12) for n in range(20)), (20, 40), (21, 40)])
def test_the_works_depend_on_what_is_said_and_on_nothing_else(
    empty: Path, tmp_path: Path, seed: int, count: int
) -> None:
    """Neither on the order of arrival nor on the batches; and no work holds a conflict."""
    chance = random.Random(seed)
    said = random_contents(chance, count)
    by_digest = {each.digest: each for each in said}
    expected: dict[frozenset[bytes], Paper] | None = None
    for trial in range(3):
        chance.shuffle(said)
        library = Library(empty, tmp_path / str(trial))
        rest = list(said)
        while rest:
            size = len(rest) if trial == 0 else chance.choice([1, 1, 2, 3, 5, 9])
            library.add(rest[:size])
            rest = rest[size:]
        library.check()
        papers = library.papers()
        expected = expected or papers
        assert papers == expected
    assert expected is not None
    for work in expected:
        faces = [face_of(by_digest[digest]) for digest in work]
        if not any(face.ids for face in faces):
            assert all(compare(a, b) != APART for a, b in itertools.combinations(faces, 2))


@pytest.mark.parametrize("seed", [*range(10), 125])
def test_revisions_leave_what_a_library_of_the_same_records_holds(
    empty: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    said = random_contents(chance, 40)
    library = Library(empty, tmp_path / "library")
    keys = [f"key-{n}" for n in range(15)]
    for _ in range(12):
        batch = [
            (key, chance.choice(said)) for key in chance.sample(keys, chance.choice([1, 2, 5]))
        ]
        gone = [key for key in chance.sample(keys, 2) if key not in dict(batch)]
        library.add(batch, gone)
        library.check()


@pytest.mark.parametrize(
    "copies",
    [
        [content(NEWTS, X, extra={"row": n}) for n in range(4000)],
        [content(NEWTS, f"{X} Copy number {n}.") for n in range(1500)],
    ],
    ids=["with numbered rows", "with numbers in their abstracts"],
)
def test_near_copies_are_one_work_in_reasonable_time(
    empty: Path, tmp_path: Path, copies: list[Content]
) -> None:
    library = Library(empty, tmp_path / "library")
    begun = time.process_time()
    for start in range(0, len(copies), 512):
        library.add(copies[start : start + 512])
    assert len(library.papers()) == 1
    # Comparing each with each would take minutes.
    assert time.process_time() - begun < 20

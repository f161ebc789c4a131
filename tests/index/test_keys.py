"""What records are called in their source."""

from paperkin.index.content import content_digest
from paperkin.index.keys import GONE, MADE_UP, Keys, gone
from paperkin.index.record import Record, Where


def names(*records: Record) -> list[str | None]:
    with Keys() as keys:
        return [keys.name(record, content_digest(record)) for record in records]


def record(key: str = "", title: str = "", *ids: str) -> Record:
    return Record(Where("here", 1, 1), title=title, ids=ids, key=key)


def test_no_two_records_have_one_key_whatever_their_own_keys_are() -> None:
    first = [name for name in names(*map(record, ["a", "a", "a", "b"])) if name]
    hostile = ["a", "a", "a#2", *first, *first, *first[1:]]
    given = names(*map(record, hostile))
    assert None not in given
    assert len(set(given)) == len(hostile)


def test_the_key_of_the_source_stands_as_it_is() -> None:
    assert names(record("a"), record("10.1000/b"), record("=c")) == ["a", "10.1000/b", "=c"]


def test_a_record_without_a_key_is_called_by_its_best_id_or_by_what_it_says() -> None:
    doi, arxiv = "10.1000/newts", "arXiv:2106.15928"
    before = names(record("", "Newts", doi), record("", "Newts, a survey", doi), record("", "Eels"))
    after = names(record("", "Newt", doi), record("", "Newts, a survey", doi), record("", "Eel"))
    assert before[0] == after[0]
    assert before[1] == after[1] != before[0]
    assert before[2] != after[2]
    by_best = names(record("", "Newts", doi, arxiv))
    assert by_best == names(record("", "Frogs", arxiv))
    assert names(record("", "Newts", doi), record("", "Newts", doi))[1] is None


def test_keys_that_were_made_up_can_be_told_from_others() -> None:
    low, high = MADE_UP
    records = [record("a"), record("a"), record("", "Newts", "10.1000/n"), record("", "Newts")]
    given = names(*records, record("\x1fodd"))
    assert [name is not None and low <= name < high for name in given] == [
        *(False, True, True, True, False)
    ]
    past = gone(content_digest(records[0]))
    assert past.startswith(GONE)
    assert not low <= past < high

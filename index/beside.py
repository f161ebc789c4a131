"""How many papers are searched beside a derived index before it is made again."""

__all__ = ["too_many_beside", "worth_publishing"]

_MOST_BESIDE = 20_000
"""Papers that may be searched beside a derived index; more would make each search a wait …"""
_SHARE_BESIDE = 16
"""… but for this part of a large library, beside its dense index: if a build published that each
time so many papers came, whatever the size, its time would grow with the square of the size."""
_BESIDE = 64
"""Papers that may be newer than the dense index before it is published again …"""
_SHARE = 100
"""… or this part of the library, if that is more: adding some must not write them all, and
to search them exactly takes no longer than to search the others."""
_SHARE_MEANWHILE = 8
"""The same in the middle of a build: so that publishing takes a bounded share of its time."""


def worth_publishing(changed: int, papers: int, *, meanwhile: bool) -> bool:
    """Whether the dense index is to be published again for papers that changed, of so many;
    `meanwhile` says that more are about to come."""
    share = _SHARE_MEANWHILE if meanwhile else _SHARE
    return changed > min(max(_BESIDE, papers // share), _most_beside_dense(papers) // 2)


def too_many_beside(dense: int, keyword: int, papers: int) -> bool:
    """Whether so many papers are too many to be searched beside the dense index, or the keyword
    index, of a library of so many."""
    return dense > _most_beside_dense(papers) or keyword > _MOST_BESIDE


def _most_beside_dense(papers: int) -> int:
    return max(_MOST_BESIDE, papers // _SHARE_BESIDE)

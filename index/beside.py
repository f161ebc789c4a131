"""How many papers are searched beside a derived index before it is made again."""

__all__ = ["MOST_BESIDE", "worth_publishing"]

MOST_BESIDE = 20_000
"""Papers that may be searched beside a derived index; more would make each search a wait."""
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
    return changed > min(max(_BESIDE, papers // share), MOST_BESIDE // 2)

"""Addresses that a page may link to."""

from urllib.parse import urlsplit

from .characters import UNSEEN

__all__ = ["is_web"]


def is_web(url: str) -> bool:
    """Whether a URL leads to a page: others ("javascript:…") may do anything."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    clean = not UNSEEN.search(url) and not any(map(str.isspace, url))
    return clean and parts.scheme in ("http", "https") and bool(parts.netloc)

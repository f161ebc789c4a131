"""Keys that let people ask a server of this library: kept as hashes, in library.db.

A key is 32 random bytes, which nobody guesses: one plain hash of it is enough (there is nothing to
try a dictionary on), and the key itself is shown once, when it is made.
"""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from .errors import InputError
from .record import as_text
from .store import Store

__all__ = ["SCOPES", "AccessKey", "Scope", "access_keys", "make_key", "matching", "remove_key"]

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "access key "
_FORM = re.compile(r"pk_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What is kept of a key: never the key itself. `made` is a date, ISO 8601."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made: str
    digest: str


def make_key(
    store: Store, name: str, scopes: tuple[Scope, ...] = ("read",)
) -> tuple[AccessKey, str]:
    """A new key for somebody, and its text, which can be had only now. `write` includes `read`.

    Raises InputError for a name of no or too many letters or a scope that there is none of, and
    LibraryError.
    """
    name = " ".join(as_text(name).split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise InputError(f"A key is for somebody: give a name of 1 to {_LONGEST} letters.")
    unknown = [each for each in scopes if each not in SCOPES]
    if unknown or not scopes:
        raise InputError(f"There is no scope {unknown[:1]}. The scopes are read and write.")
    wide: tuple[Scope, ...] = SCOPES if "write" in scopes else ("read",)
    id = secrets.token_hex(4)
    text = f"pk_{id}_{secrets.token_urlsafe(32)}"
    key = AccessKey(id, name, wide, datetime.now(UTC).date().isoformat(), _digest(text))
    said = {"name": key.name, "scopes": list(wide), "made": key.made, "sha256": key.digest}
    with store.note() as connection:
        connection.execute(
            "INSERT INTO settings VALUES (?, ?)", (_PREFIX + id, json.dumps(said, sort_keys=True))
        )
    return key, text


def access_keys(store: Store) -> list[AccessKey]:
    """The keys of a library, in the order of their names. Raises LibraryDamaged, LibraryError."""
    query = "SELECT name, value FROM settings WHERE name > ? AND name < ?"
    with store.read() as snapshot:
        # "!" comes right after the space that ends the prefix.
        rows = list(snapshot.rows(query, _PREFIX, _PREFIX[:-1] + "!"))
    found = []
    for name, value in rows:
        said = json.loads(value)
        id = name.removeprefix(_PREFIX)
        found.append(
            AccessKey(id, said["name"], tuple(said["scopes"]), said["made"], said["sha256"])
        )
    return sorted(found, key=lambda key: (key.name, key.id))


def remove_key(store: Store, id: str) -> AccessKey:
    """Let a key open nothing any more. Raises InputError where there is none with this id."""
    for key in access_keys(store):
        if key.id == id:
            with store.note() as connection:
                connection.execute("DELETE FROM settings WHERE name = ?", (_PREFIX + id,))
            return key
    raise InputError(f"The library has no key with the id {id!r}. See them with: paperkin keys")


def matching(keys: list[AccessKey], text: str) -> AccessKey | None:
    """The key that a text is; None where it is none of them."""
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    digest = _digest(text)
    return next(
        (key for key in keys if key.id == form[1] and hmac.compare_digest(key.digest, digest)), None
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

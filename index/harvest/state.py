"""How far a harvest has come, as it is kept in the library."""

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass

from ..errors import LibraryDamaged
from ..snapshot import Snapshot
from .service import Service, Window

__all__ = ["State", "keep_state", "kept_state"]


@dataclass(frozen=True, slots=True)
class State:
    """Where a harvest stands. All dates are ISO; "" where there is none.

    While a list is being read: the days `since` and `until` that it was asked for, the service's
    day when that `begun`, the `token` of the next page ("" for the first), and how many records
    were `read`. Else `begun` is "". Everything that the service had on the day `complete` was read.
    """

    since: str = ""
    until: str = ""
    begun: str = ""
    token: str = ""
    read: int = 0
    complete: str = ""

    @property
    def window(self) -> Window:
        return Window(self.since, self.until)


def _setting(service: Service) -> str:
    """The setting that holds the state: another for other days, which are another harvest."""
    wanted = service.window
    asked = f"{service.location} {wanted.since} {wanted.until}"
    return f"harvest {hashlib.sha256(asked.encode()).hexdigest()[:32]}"


def kept_state(snapshot: Snapshot, service: Service) -> State:
    """The state of a harvest; a new one where it never began. Raises LibraryDamaged."""
    kept = snapshot.setting(_setting(service), "")
    if not kept:
        return State()
    try:
        return State(**json.loads(kept))
    except (TypeError, ValueError) as error:
        raise LibraryDamaged(
            f"What the library keeps of the harvest of {service.location} cannot be read "
            f"({error}). Restore library.db from a backup."
        ) from error


def keep_state(connection: sqlite3.Connection, service: Service, state: State) -> None:
    """Keep the state of a harvest, inside the running transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO settings VALUES (?, ?)",
        (_setting(service), json.dumps(asdict(state))),
    )

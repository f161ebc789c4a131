"""The settings of a server: by flag, by environment, by file, or as they are by default.

A flag counts before the environment, the environment before the file, the file before the default.
docs/settings.md tells them all; a test holds it to this module.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..index.errors import InputError
from .logs import LEVELS

__all__ = ["LARGEST", "SETTINGS", "Setting", "Settings", "read_settings", "settings_table"]

LARGEST = 4_000_000
"""Bytes of a body, unless a server is told otherwise: a thousand long ids have a twentieth."""
FILE = "PAPERKIN_CONFIG"
_SECTION = "serve"
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^\s/?#@]+")
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a library is served. See SETTINGS for what each is."""

    host: str = "127.0.0.1"
    port: int = 8000
    public: bool = False
    rerank: str = ""
    rate: int = 0
    cors: tuple[str, ...] = ()
    body_limit: int = LARGEST
    log: str = "info"
    log_queries: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the file and in `Settings`, what it may be, and what it does."""

    name: str
    values: str
    help: str
    least: int = 0
    most: int = 0

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return "PAPERKIN_" + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "a name or an address", "the address to listen on"),
    Setting("port", "0 to 65535", "the port; 0: any that is free", 0, 65535),
    Setting(
        "public", "true, false", "listen where other machines can reach it, though there is no key"
    ),
    Setting(
        "rerank",
        "a name or a folder",
        "the cross-encoder, or its folder, that requests may ask for with rerank=true",
    ),
    Setting(
        "rate",
        "0 to 1000000",
        "requests a minute that each key, or each address without one, gets answered; 0: any",
        0,
        1_000_000,
    ),
    Setting(
        "cors",
        "origins (scheme://host), with commas between, or *",
        "web pages of these origins may ask, like https://notes.example",
    ),
    Setting(
        "body_limit",
        "1000 to 1000000000",
        "bytes that the body of a request may have",
        1000,
        1_000_000_000,
    ),
    Setting("log", ", ".join(LEVELS), "what is logged on stderr, one JSON document a line"),
    Setting("log_queries", "true, false", "log addresses with what was asked, too"),
)


def read_settings(
    flags: Mapping[str, object],
    environment: Mapping[str, str] | None = None,
    file: str | os.PathLike[str] | None = None,
) -> Settings:
    """The settings that count. `flags` are those that were given, by name, None for none;
    `environment` is that of the process by default; `file` is a TOML file with a table [serve], by
    default the one that PAPERKIN_CONFIG names. Raises InputError, which names the setting, where it
    is set, and what it may be."""
    given = os.environ if environment is None else environment
    file = file or given.get(FILE) or None
    values: dict[str, Any] = _of_file(file) if file else {}
    for each in SETTINGS:
        said = given.get(each.variable)
        if said is not None:
            values[each.name] = _value(each, said, f"the environment's {each.variable}")
        flag = flags.get(each.name)
        if flag is not None:
            values[each.name] = _value(each, flag, each.flag)
    return Settings(**values)


def _of_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        with open(path, "rb") as stream:
            document = tomllib.load(stream)
    except OSError as error:
        raise InputError(
            f"The settings {os.fspath(path)} cannot be read ({error.strerror}). Check the path."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The settings {os.fspath(path)} are no TOML: {error}.") from error
    section = document.pop(_SECTION, {})
    if document or not isinstance(section, dict):
        odd = next(iter(document), _SECTION)
        raise InputError(
            f"The settings {os.fspath(path)} have {odd!r}, where only a table [{_SECTION}] may be."
        )
    known = {each.name: each for each in SETTINGS}
    values = {}
    for name, value in section.items():
        setting = known.get(name.replace("-", "_"))
        if setting is None:
            raise InputError(
                f"The settings {os.fspath(path)} have {name!r}, which is none. There are: "
                f"{', '.join(known)}."
            )
        values[setting.name] = _value(setting, value, f"{name} in {os.fspath(path)}")
    return values


def _value(setting: Setting, said: object, where: str) -> object:
    """A value in the type of its default. Raises InputError."""
    default = getattr(Settings(), setting.name)
    value: object = said
    if isinstance(default, bool):
        value = _WORDS.get(said.strip().lower()) if isinstance(said, str) else said
        fits = isinstance(value, bool)
    elif isinstance(default, int):
        if isinstance(said, str) and said.strip().isdecimal():
            value = int(said)
        plain = isinstance(value, int) and not isinstance(value, bool)
        fits = plain and setting.least <= int(str(value)) <= setting.most
    elif isinstance(default, tuple):
        parts = said.split(",") if isinstance(said, str) else said
        fits = isinstance(parts, list) and all(isinstance(each, str) for each in parts)
        if fits and isinstance(parts, list):
            # As browsers send them.
            origins = [each.strip().rstrip("/").lower() for each in parts if each.strip()]
            value = tuple(origins)
            fits = all(_ORIGIN.fullmatch(each) for each in origins)
    else:
        fits = isinstance(said, str) and (setting.name != "log" or said in LEVELS)
    if not fits:
        raise InputError(f"{said!r} is no value for {where}. It may be: {setting.values}.")
    return value


def settings_table() -> str:
    """All settings as a table in Markdown, as docs/settings.md has it."""
    lines = [
        "| Setting | Flag | Environment | In the file | Default | May be |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    defaults = Settings()
    for each in SETTINGS:
        default = getattr(defaults, each.name)
        text = str(default).lower() if isinstance(default, bool) else str(default)
        if isinstance(default, tuple):
            text = ", ".join(default)
        help = each.help[0].upper() + each.help[1:]
        lines.append(
            f"| {help} | `{each.flag}` | `{each.variable}` | `{each.name}` "
            f"| {f'`{text}`' if text else 'none'} | {each.values} |"
        )
    return "\n".join(lines) + "\n"


assert [each.name for each in SETTINGS] == [each.name for each in fields(Settings)]

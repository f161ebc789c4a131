"""The commands of the command line, in the order of its help."""

from types import ModuleType

from . import (
    build,
    clusters,
    doctor,
    evaluate,
    export,
    harvest,
    info,
    keys,
    mcp,
    rebuild,
    recommend,
    related,
    remove,
    search,
    serve,
    show,
)
from . import map as map_command

__all__ = ["COMMANDS"]

COMMANDS: tuple[ModuleType, ...] = (
    build,
    harvest,
    search,
    related,
    recommend,
    clusters,
    map_command,
    show,
    export,
    info,
    remove,
    rebuild,
    doctor,
    evaluate,
    serve,
    keys,
    mcp,
)

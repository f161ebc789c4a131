"""The commands of the command line, in the order of its help."""

from types import ModuleType

from . import build, clusters, doctor, evaluate, info, rebuild, related, remove, search, serve, show

__all__ = ["COMMANDS"]

COMMANDS: tuple[ModuleType, ...] = (
    build,
    search,
    related,
    clusters,
    show,
    info,
    remove,
    rebuild,
    doctor,
    evaluate,
    serve,
)

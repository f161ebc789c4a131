"""What a server logs: one JSON document a line, on stderr.

Nothing that somebody typed is logged unless it was asked for: not the address, which holds the
query, and not the message of an exception, which may quote it.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

__all__ = ["LEVELS", "LOGGER", "JsonLines", "exception_told", "log_config"]

LEVELS = ("info", "warning", "error", "off")
LOGGER = "paperkin.http"
_TOLD = "paperkin"
"""The attribute of a record that holds what is told beside its message."""


class JsonLines(logging.Formatter):
    """Records as JSON: time, level, logger, event, and what else is told of it."""

    def __init__(self, queries: bool = False) -> None:
        super().__init__()
        self._queries = queries

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, _TOLD, {}),
        }
        if record.exc_info and isinstance(record.exc_info[1], BaseException):
            told["exception"] = exception_told(record.exc_info[1], queries=self._queries)
        return json.dumps(told, ensure_ascii=False, default=str)


def exception_told(error: BaseException, *, queries: bool) -> dict[str, Any]:
    """An exception's kind and where it came from; what it says only with `queries`."""
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, Any] = {
        "type": type(error).__qualname__,
        "frames": [f"{each.filename}:{each.lineno} {each.name}" for each in frames],
    }
    return {**told, "message": str(error)} if queries else told


def log_config(level: str, *, queries: bool = False) -> dict[str, Any]:
    """How logging is set up for a server (as logging.config.dictConfig takes it): one of LEVELS.
    The web server's own lines come in the same form, from warnings on."""
    least = "CRITICAL" if level == "off" else level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines, "queries": queries}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": sys.stderr,
            }
        },
        "loggers": {
            LOGGER: {"handlers": ["stderr"], "level": least, "propagate": False},
            "uvicorn": {
                "handlers": ["stderr"],
                "level": "WARNING" if least == "INFO" else least,
                "propagate": False,
            },
        },
    }

"""Values that BibTeX writes as LaTeX and that are meant letter by letter: DOIs, URLs, numbers."""

import re

__all__ = ["literal"]

_SIGNS = {
    "textunderscore": "_",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbackslash": "\\",
    "textendash": "–",
    "textdollar": "$",
    "slash": "/",
    "sim": "~",
    "lt": "<",
    "gt": ">",
    "url": "",
    "nolinkurl": "",
    "path": "",
    "allowbreak": "",
    "relax": "",
}
_LINK = re.compile(r"\\href\s*\{([^{}]*)\}")
_TOKEN = re.compile(
    r"\$(?:\\([A-Za-z]+)\s*|\\?([<>_~^%&#]))\$"
    r"|\\([A-Za-z]+)(?:\{\}|\s+)?|\\([^A-Za-z\s])(?:\{\})?|[{}]"
)


def literal(text: str) -> str:
    """What a value says: without braces, and its characters as they are meant.

    "10.1007/a{\\_}b", "{10.1/a\\%5fb}" and "\\url{http://x.org/\\~{}ann}" lose their LaTeX; a
    command that stands for no character stays.
    """
    text = text.strip()
    if link := _LINK.match(text):
        text = link[1]
    return _TOKEN.sub(_meant, text).strip()


def _meant(token: re.Match[str]) -> str:
    formula, sign, command, escaped = token.groups()
    if command := formula or command:
        return _SIGNS.get(command, token[0])
    if escaped:
        return "" if escaped in "-/" else escaped
    return sign or ""

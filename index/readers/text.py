"""The text of a source: its encoding, its lines and its pieces, in bounded memory."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from ..errors import SourceError
from ..sources import Source, open_source

__all__ = [
    "MAX_RECORD",
    "SAMPLE",
    "TOO_LONG",
    "Line",
    "Sample",
    "beginning",
    "lines",
    "pieces",
    "sample",
]

MAX_RECORD = 32 << 20
"""The longest record that is read, in bytes of UTF-8 (or characters, where text is at hand)."""

TOO_LONG = f"it is longer than {MAX_RECORD >> 20} MiB, the most that one record may have"
"""Why a record that is longer is rejected."""

SAMPLE = 1 << 16
"""How many unpacked bytes of a source decide its encoding and its format."""

_LINE_TOO_LONG = (
    f"the line is longer than {MAX_RECORD >> 20} MiB, the most that one record may have: check "
    "that the file has one record a line"
)
_BLOCK = 1 << 18
_FEW = 10  # non-ASCII bytes below which statistics cannot tell one legacy encoding from another
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# UTF-32 and UTF-16 that say nothing of themselves: where ASCII stands, the other bytes are zero.
_ZEROS = (
    (re.compile(rb"(?:[^\0]\0\0\0){2}"), "utf-32-le"),
    (re.compile(rb"(?:\0\0\0[^\0]){2}"), "utf-32-be"),
    (re.compile(rb"(?:[^\0]\0){2}"), "utf-16-le"),
    (re.compile(rb"(?:\0[^\0]){2}"), "utf-16-be"),
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_WESTERN = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\xffŒœŠšŽžŸ–—‘’“”„•…€\xa0«»°]+")


class Line(NamedTuple):
    """A line, its 1-based number, and why it cannot be used (then `text` is its beginning)."""

    number: int
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a source: its bytes, its text, its encoding, and whether that is all."""

    data: bytes
    text: str
    encoding: str
    complete: bool


def sample(source: Source) -> Sample:
    """The first 64 KiB of a source.

    Raises SourceError where it cannot be opened, or is damaged before its first byte.
    """
    parts: list[bytes] = []
    size = 0
    with open_source(source) as stream:
        while size < SAMPLE:
            try:
                block = _read(source, stream, SAMPLE - size)
            except SourceError:
                if not parts:
                    raise
                block = b""
            if not block:
                break
            parts.append(block)
            size += len(block)
    data = b"".join(parts)
    bom, encoding = _encoding(data)
    text = _mend(_decoder(encoding).decode(data[bom:], final=False))
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return Sample(data, text, encoding, complete=size < SAMPLE)


def _read(source: Source, stream: BinaryIO, size: int) -> bytes:
    try:
        block: bytes = stream.read1(size)  # type: ignore[attr-defined]
    except OSError as error:
        raise SourceError(f"{source.location} cannot be read further ({error}).") from error
    return block


def _encoding(data: bytes) -> tuple[int, str]:
    """The length of the byte order mark, and the codec's name."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return len(bom), name
    for zeros, name in _ZEROS:
        if zeros.match(data):
            return 0, name
    if data.isascii():
        return 0, "utf-8"
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(data)
    wrong = len(_ESCAPED.findall(text))
    right = sum(character > "\x7f" for character in text) - wrong
    # Some bad bytes among good ones are damage; more bad than good are another encoding.
    return 0, "utf-8" if wrong <= right else _legacy_encoding(data)


def _legacy_encoding(data: bytes) -> str:
    from charset_normalizer import from_bytes

    high = bytes(byte for byte in data if byte > 0x7F)
    if len(high) < _FEW and _WESTERN.fullmatch(high.decode("cp1252", "replace")):
        return "cp1252"
    best = from_bytes(data).best()
    if best is None or "cp1252" in best.could_be_from_charset or best.encoding == "latin_1":
        return "cp1252"
    return best.encoding


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    return codecs.getincrementaldecoder(encoding)(errors)


def _cp1252(escaped: re.Match[str]) -> str:
    byte = bytes([ord(escaped[0]) - 0xDC00])
    return byte.decode("cp1252", "replace")


def _mend(text: str) -> str:
    """Bytes that were not UTF-8 are read as cp1252, the rest of the text stays as it is."""
    return text if text.isascii() else _ESCAPED.sub(_cp1252, text)


def _decode(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            return line.decode(encoding, "replace")
        return _mend(line.decode("utf-8", "surrogateescape"))


def _blocks(source: Source, declared: str = "") -> Iterator[tuple[bytes, str]]:
    """Blocks of bytes, each with its encoding; UTF-16 and UTF-32 come as UTF-8.

    `declared` is the legacy encoding that the source says it has: it is taken where the bytes are
    no UTF-8.

    The byte order mark is left out. SourceError of a damaged file passes through.
    """
    with open_source(source) as stream:
        encoding = ""
        decoder = None
        damage: SourceError | None = None
        while damage is None:
            block = _read(source, stream, _BLOCK if encoding else SAMPLE)
            # The first block has to be as long as a sample, to decide the encoding alike.
            while not encoding and 0 < len(block) < SAMPLE:
                try:
                    more = _read(source, stream, SAMPLE - len(block))
                except SourceError as error:
                    damage = error
                    break
                if not more:
                    break
                block += more
            if not encoding:
                bom, encoding = _encoding(block)
                block = block[bom:]
                if declared and not bom and (block.isascii() or encoding != "utf-8"):
                    encoding = declared
                if encoding.startswith(("utf-16", "utf-32")):
                    decoder = _decoder(encoding)
                    encoding = "utf-8"
            if not block:
                if decoder is not None and (rest := decoder.decode(b"", final=True)):
                    yield rest.encode("utf-8"), encoding
                return
            if decoder is not None:
                block = decoder.decode(block).encode("utf-8")
            yield block, encoding
        raise damage


def lines(source: Source) -> Iterator[Line]:
    """The lines of a source without their ends, decoded; a byte order mark is left out.

    Lines end with LF or CR LF, or with CR where the first 64 KiB have CR alone; what follows the
    last end is a line unless it is empty. Bytes of a UTF-8 file that are not UTF-8 are read as
    cp1252; what another encoding has no character for becomes U+FFFD.

    Nothing is raised: a line longer than MAX_RECORD comes as its first 200 bytes with a fault,
    without ever being held whole, and the lines of a source that is damaged, or cannot be opened,
    end with one that has the reason as its fault.
    """
    number = 1
    rest: list[bytes] = []
    held = 0
    too_long = ""
    encoding = "utf-8"
    end = b""
    try:
        for block, encoding in _blocks(source):
            end = end or (b"\r" if b"\r" in block and b"\n" not in block else b"\n")
            first, *others = block.split(end)
            if too_long:
                if not others:
                    continue
                yield Line(number, too_long, _LINE_TOO_LONG)
            else:
                rest.append(first)
                held += len(first)
                if held > MAX_RECORD:
                    too_long = _decode(b"".join(rest)[:200], encoding)
                    rest = []
                    if not others:
                        continue
                    yield Line(number, too_long, _LINE_TOO_LONG)
                elif others:
                    yield Line(number, _decode(b"".join(rest).removesuffix(b"\r"), encoding))
                else:
                    continue
            too_long = ""
            last = others.pop()
            for other in others:
                number += 1
                yield Line(number, _decode(other.removesuffix(b"\r"), encoding))
            number += 1
            rest = [last]
            held = len(last)
    except SourceError as error:
        reason = str(error).removesuffix(".")
        yield Line(number, too_long or _decode(b"".join(rest)[:200], encoding), reason)
        return
    if too_long:
        yield Line(number, too_long, _LINE_TOO_LONG)
    elif held:
        yield Line(number, _decode(b"".join(rest).removesuffix(b"\r"), encoding))


def pieces(source: Source, *, encoding: str = "") -> Iterator[str]:
    """The text of a source piece by piece, for formats whose records are not lines.

    `encoding` is what the source declares, if it does: it is believed where the bytes are no UTF-8.

    Raises SourceError where the source cannot be opened, and after the last good piece where it
    is damaged.
    """
    decoder: codecs.IncrementalDecoder | None = None
    for block, found in _blocks(source, encoding):
        decoder = decoder or _decoder(found)
        yield _mend(decoder.decode(block))
    if decoder is not None and (rest := decoder.decode(b"", final=True)):
        yield _mend(rest)


def beginning(text: str) -> str:
    """What a Reject shows of a record's text: its first 200 characters."""
    return text[:200]

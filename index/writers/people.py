"""Names of people in parts, as reference managers want them."""

from dataclasses import dataclass

from ..names import is_organisation, parted_suffix

__all__ = ["Person", "family_first", "parted_name"]

_PARTICLES = frozenset(
    "von van der den de del della di da do dos das du la le los las el al bin ibn ben ter ten te "
    "zu zur zum af av 't vom d'".split()
)
_AND = frozenset("y i e".split())
"""What stands between the two family names of one person."""
_INITIALS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """The parts of a name; side by side, parted by spaces, they are the name as it is read."""

    given: str
    particle: str
    family: str
    suffix: str

    @property
    def whole_family(self) -> str:
        """The family name with what stands before it: "van Beethoven"."""
        return f"{self.particle} {self.family}".strip()


def parted_name(name: str) -> Person | None:
    """The parts of a person's name in reading order.

    None where it has none that can be told with certainty: of an organisation, of a name of one
    word, of one with commas, or with its initials behind ("Smith JA").
    """
    if is_organisation(name) or "," in name:
        return None
    before, suffix = parted_suffix(name)
    words = before.split(" ")
    last = words[-1].replace(".", "").replace("-", "")
    if len(words) < 2 or (last.isupper() and len(last) <= _INITIALS and words[-1] != last):
        return None
    if last.isupper() and len(last) < _INITIALS and not words[0].isupper():
        return None
    at = len(words) - 1
    # As BibTeX has it, a family name begins with the first particle.
    start = next((place for place in range(1, at) if words[place] in _PARTICLES), at)
    if start < at:
        at = next(place for place in range(start, len(words)) if words[place] not in _PARTICLES)
    elif at > 2 and words[at - 1] in _AND:
        start = at = at - 2
    parts = (words[:start], words[start:at], words[at:])
    given, particle, family = (" ".join(part) for part in parts)
    return Person(given, particle, family, suffix)


def family_first(person: Person) -> str:
    """ "King, Martin Luther, Jr.": family name, given names and suffix, parted by commas."""
    return ", ".join(filter(None, (person.whole_family, person.given, person.suffix)))

"""Whether two records may be one person, before a second chart is made for somebody who has one."""

from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import IntEnum

from clinic.clients.rules.names import nicknames_of, words_of

ALIKE = 0.8


class Likeness(IntEnum):
    """How likely two records are one person; anything above NONE is shown before a new client is made."""

    NONE = 0
    POSSIBLE = 1
    LIKELY = 2
    ALMOST_SURE = 3


@dataclass(frozen=True, kw_only=True)
class Person:
    """What two records are compared by; phones as E.164, e-mails in lower case."""

    given_names: str
    family_name: str
    preferred_name: str = ""
    birth_on: date | None = None
    reached_at: frozenset[str] = frozenset()


def likeness(one: Person, other: Person) -> Likeness:
    """Compare names (accents, order, nicknames and slips forgiven), birth date and ways to reach.

    Same names and birth date are almost surely one person. Likely: the birth date and either name or a phone, or
    both names and a phone. Possible: both names with another birth date, or one name and a phone: family
    members share these, so a person decides.
    """
    given = _share(one.given_names + " " + one.preferred_name, other.given_names + " " + other.preferred_name)
    family = _share(one.family_name, other.family_name)
    if not (given and family):
        turned = _share(one.given_names, other.family_name) and _share(one.family_name, other.given_names)
        given, family = given or turned, family or turned
    born = one.birth_on is not None and one.birth_on == other.birth_on
    reached = bool(one.reached_at & other.reached_at)
    if given and family and born:
        return Likeness.ALMOST_SURE
    if (born and (given or family or reached)) or (given and family and reached):
        return Likeness.LIKELY
    if (given and family) or (reached and (given or family)):
        return Likeness.POSSIBLE
    return Likeness.NONE


def _share(one: str, other: str) -> bool:
    theirs = words_of(other)
    return any(_is_same_word(mine, word) for mine in words_of(one) for word in theirs)


def _is_same_word(one: str, other: str) -> bool:
    if one == other or other in nicknames_of(one):
        return True
    return min(len(one), len(other)) >= 4 and SequenceMatcher(None, one, other).ratio() >= ALIKE

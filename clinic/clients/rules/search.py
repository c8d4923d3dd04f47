"""What a client is found by, and what somebody who types into the search box wants.

Both sides speak the same plain ASCII words, so that a trigram index finds every script whatever the database's
locale: letters beyond ASCII are written as their code point (`u674e`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase

from clinic.clients.rules.names import folded, nicknames_of, words_of

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<y>\d{4})[-/.](?P<a>\d{1,2})[-/.](?P<b>\d{1,2})\b",
        r"\b(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\b",
        rf"\b{_MONTH}\s+(?P<b>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b",
        rf"\b(?P<b>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH}\s+(?P<y>\d{{4}})\b",
    )
)
PHONE = re.compile(r"(?<!\w)\+?[\d(][\d\s().-]{2,}\d(?!\w)")
MOST_WORDS = 6
SHORT = 2
SHORTEST_SLIP, LONGEST_SLIP = 4, 10


@dataclass(frozen=True)
class Wanted:
    """What was typed, understood: possible birth dates, runs of digits, words of names, initials or short names."""

    birth_dates: tuple[date, ...] = ()
    digits: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    short_words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.birth_dates or self.digits or self.words or self.short_words)


def search_text_of(
    *, given_names: str, family_name: str, preferred_name: str = "", birth_on: date, phones: Iterable[str] = ()
) -> str:
    """Everything a client is found by: names in both orders, nicknames, birth date and phones as digits.

    Stands between spaces, so that a whole word can be asked for.
    """
    given, family = words_of(f"{given_names} {preferred_name}"), words_of(family_name)
    nicknames = sorted({nick for word in given for nick in nicknames_of(word)} - set(given))
    joined = ["".join(given[:1]) + "".join(family), "".join(family) + "".join(given[:1])]
    together = [] if all(word.isascii() for word in given + family) else joined
    digits = [birth_on.strftime("%Y%m%d"), birth_on.strftime("%m%d%Y")]
    numbers = ["".join(sign for sign in phone if sign.isdigit()) for phone in phones]
    words = [*given, *family, *given[:1], *nicknames, *together]
    return f" {' '.join([*map(indexable, words), *digits, *dict.fromkeys(numbers)])} "


def wanted_from(text: str, *, today: date) -> Wanted:
    """Understand a search: dates as 1990-12-10, 12/10/1990 (or day first) and dec 10 1990; phone digits; names."""
    birth_dates, rest = _dates_in(text[:100], today)
    digits = []
    for number in PHONE.findall(rest):
        plain = "".join(sign for sign in number if sign.isdigit())
        digits.append(plain)
        rest = rest.replace(number, " ")
    words: list[str] = []
    for word in folded(rest).split():
        (digits if word.isdigit() else words).append(word)
    names = tuple(dict.fromkeys(map(indexable, words)))[:MOST_WORDS]
    return Wanted(
        birth_dates=birth_dates,
        digits=tuple(dict.fromkeys(digits))[:MOST_WORDS],
        words=tuple(word for word in names if len(word) > SHORT),
        short_words=tuple(word for word in names if len(word) <= SHORT),
    )


def indexable(word: str) -> str:
    """A folded word in plain ASCII: other letters as their code point."""
    return "".join(sign if sign.isascii() else f"u{ord(sign):x}" for sign in word)


def slips_of(word: str) -> tuple[str, ...]:
    """The words that a word of four letters or more may stand for by one slip that trigrams do not forgive.

    Two letters changed about; in words of up to ten also one letter wrong or left out inside, or one too many. Longer
    words share enough trigrams with what was meant; at its end every word of five or more does.
    """
    if len(word) < SHORTEST_SLIP or not word.isalpha():
        return ()
    slips = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    if len(word) <= LONGEST_SLIP:
        slips += [word[:i] + letter + word[i + 1 :] for i in range(1, len(word) - 1) for letter in ascii_lowercase]
        slips += [word[:i] + letter + word[i:] for i in range(1, len(word)) for letter in ascii_lowercase]
        slips += [word[:i] + word[i + 1 :] for i in range(len(word))]
    return tuple(dict.fromkeys(slip for slip in slips if slip != word))


def _dates_in(text: str, today: date) -> tuple[tuple[date, ...], str]:
    for pattern in DATES:
        match = pattern.search(text)
        found = _dates_of(match.groupdict(), today) if match else ()
        if match and found:
            return found, text[: match.start()] + " " + text[match.end() :]
    return (), text


def _dates_of(parts: dict[str, str], today: date) -> tuple[date, ...]:
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year <= today.year % 100 else 1900
    day = int(parts["b"])
    if "month" in parts:
        month = parts["month"].lower()[:3]
        pairs = [(MONTHS.index(month) + 1, day)] if month in MONTHS else []
    else:
        pairs = [(int(parts["a"]), day), (day, int(parts["a"]))]
    found = [made for month, day in pairs if (made := _made(year, month, day))]
    return tuple(dict.fromkeys(found))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

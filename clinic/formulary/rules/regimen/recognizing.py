"""Which names stand in a text, as whole words; pure. What a name means is the catalogue's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from clinic.formulary.rules.search import folded

Words = tuple[str, ...]
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*")
APART = frozenset("/+&,;")
JOINED = re.compile("[-/]")
# "-pm", "-tab" and "/er" are no ingredients of their own.
LEAST_LETTERS = 4
SALTS = frozenset(
    {"hcl", "hydrochloride", "hbr", "hydrobromide", "sodium", "potassium", "calcium", "magnesium", "maleate"}
    | {"mesylate", "succinate", "tartrate", "bitartrate", "fumarate", "besylate", "citrate", "sulfate", "phosphate"}
    | {"acetate", "aspartate", "saccharate", "anhydrous", "monohydrate", "dihydrate", "trihydrate"}
)
# Release, form, route, strength and rhythm: words beside a name that name no medication.
BESIDE = frozenset(
    {"er", "xr", "sr", "ir", "cr", "dr", "xl", "la", "ec", "odt", "sl", "xt", "extended", "delayed", "release"}
    | {"immediate", "disintegrating", "chewable", "effervescent", "coated", "enteric", "sublingual", "buccal", "oral"}
    | {"orally", "nasal", "topical", "rectal", "vaginal", "transdermal", "ophthalmic", "otic", "mucosal"}
    | {"injectable", "intramuscular", "intravenous", "subcutaneous", "tablet", "tablets", "tab", "tabs", "capsule"}
    | {"capsules", "cap", "caps", "pill", "pills", "solution", "suspension", "syrup", "elixir", "drops", "liquid"}
    | {"powder", "granules", "film", "lozenge", "cream", "ointment", "gel", "lotion", "foam", "spray", "patch"}
    | {"system", "suppository", "inhaler", "inhalation", "metered", "dose", "injection", "injector", "auto", "pen"}
    | {"prefilled", "syringe", "cartridge", "vial", "kit", "pack", "mg", "mcg", "ug", "\u03bcg", "g", "gram", "grams"}
    | {"ml", "l", "meq", "unt", "unit", "units", "iu", "actuat", "hr", "hrs", "h", "hour", "hours", "day", "days"}
    | {"week", "weekly", "month", "monthly", "daily", "once", "twice", "times", "every", "other", "each", "per", "a"}
    | {"an", "the", "of", "and", "with", "as", "at", "in", "for", "by", "to", "needed", "prn", "bid", "tid", "qid"}
    | {"qd", "qam", "qpm", "qhs", "hs", "po", "mouth", "morning", "evening", "noon", "night", "bedtime", "take", "otc"}
)


class Written(NamedTuple):
    """A text as its words; `is_apart` says of each whether something like "/" or "," stands before it."""

    words: Words
    is_apart: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Names by their first word: in words, the longest first; and those of combinations, piece by piece."""

    whole: Mapping[str, Sequence[tuple[Words, str]]]
    in_pieces: Mapping[str, Sequence[tuple[tuple[Words, ...], str]]]


class Found(NamedTuple):
    """The names that stand in a text, those that stand only as a piece of a combination, and the words of all."""

    names: tuple[str, ...]
    pieces: frozenset[str]
    told: frozenset[int]


def words_of(text: str) -> Written:
    """A text in its words and numbers, without case and accents: "400MG" is two of them, "lithiumfree" one."""
    plain, words, is_apart, end = folded(text), [], [], 0
    for found in WORD.finditer(plain):
        words.append(found.group())
        is_apart.append(not APART.isdisjoint(plain[end : found.start()]))
        end = found.end()
    return Written(tuple(words), tuple(is_apart))


def pieces_of(name: str) -> list[str]:
    """The pieces of the name of a combination, each in its words: "naltrexone-bupropion" has two."""
    return [" ".join(words_of(piece).words) for piece in JOINED.split(name)]


def index_of(names: Iterable[str]) -> Index:
    """Made once of all names that are looked for."""
    whole: dict[str, list[tuple[Words, str]]] = {}
    in_pieces: dict[str, list[tuple[tuple[Words, ...], str]]] = {}
    for name in names:
        words = words_of(name).words
        whole.setdefault(words[0], []).append((words, name))
        pieces = pieces_of(name)
        if len(pieces) > 1 and all(len(piece) >= LEAST_LETTERS for piece in pieces):
            in_pieces.setdefault(words[0], []).append((tuple(tuple(piece.split()) for piece in pieces), name))
    longest_first = {first: sorted(found, key=lambda one: -len(one[0])) for first, found in whole.items()}
    return Index(longest_first, in_pieces)


def names_in(words: Words, index: Index) -> Found:
    """Every name that stands in a text in whole words, but for one within a longer one.

    A combination also where its pieces stand apart, in any order: "acetaminophen 325 MG / hydrocodone 5 MG".
    """
    names: list[str] = []
    told: set[int] = set()
    end = 0
    for at, word in enumerate(words):
        found = next((one for one in index.whole.get(word, ()) if words[at : at + len(one[0])] == one[0]), None)
        if found and at + len(found[0]) > end:
            end = at + len(found[0])
            names.append(found[1])
            told.update(range(at, end))
    combined = [
        (pieces, name)
        for first in dict.fromkeys(words)
        for pieces, name in index.in_pieces.get(first, ())
        if all(_places(piece, words) for piece in pieces)
    ]
    for pieces, name in combined:
        names.append(name)
        told.update(at for piece in pieces for at in _places(piece, words))
    as_pieces = frozenset(" ".join(piece) for pieces, _ in combined for piece in pieces)
    return Found(tuple(dict.fromkeys(names)), as_pieces, frozenset(told))


def rest_of(written: Written, told: frozenset[int], own: frozenset[str]) -> Words:
    """The words that nobody knows: no name, number, form or strength, no salt right after a name.

    `own` are the pieces of the names of what was found, wherever they stand.
    """
    rest, is_after_name = [], False
    for at, word in enumerate(written.words):
        is_salt = word in SALTS and is_after_name and not written.is_apart[at]
        is_after_name = at in told or is_salt
        if not (is_after_name or word in own or word in BESIDE or word[0].isdigit()):
            rest.append(word)
    return tuple(dict.fromkeys(rest))


def _places(piece: Words, words: Words) -> list[int]:
    """The places of all words of a piece, wherever it stands in whole."""
    starts = (at for at in range(len(words) - len(piece) + 1) if words[at : at + len(piece)] == piece)
    return [at + n for at in starts for n in range(len(piece))]

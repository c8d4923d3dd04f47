"""Diagnosis codes: billable ICD-10-CM codes by code or words, those of mental health first.

A small index of the chapters this clinic uses is read at the first search, in milliseconds. The full code set
(simple-icd-10-cm: seconds and 180 MB to load) is asked only for a typed code outside of the index, never for
words. `script/build_icd10` writes the index anew.
"""

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from clinic.core.rules import RuleBroken

INDEX = Path(__file__).parent / "data" / "icd10cm.tsv"
CODE = re.compile(r"[A-Z]([0-9]([0-9A-Z][0-9A-Z]{0,4})?)?")
# What a clinic like this codes beside chapter F: movement, sleep, symptoms of mind and mood, medication use.
RELATED = (
    *("G21", "G24", "G25", "G47", "R41", "R44", "R45", "R46", "Z13.3", "Z55", "Z56", "Z59", "Z60", "Z62"),
    *("Z63", "Z65", "Z79", "Z81", "Z86.5", "Z91"),
)
SHORT_NAMES = {
    "adhd": "attention-deficit hyperactivity disorder",
    "bpd": "borderline personality disorder",
    "gad": "generalized anxiety disorder",
    "mdd": "major depressive disorder",
    "ocd": "obsessive-compulsive disorder",
    "odd": "oppositional defiant disorder",
    "pmdd": "premenstrual dysphoric disorder",
    "ptsd": "post-traumatic stress disorder",
}


@dataclass(frozen=True)
class Diagnosis:
    """A billable code with its official text; `terms` are the wordings the code set lists under it."""

    code: str
    text: str
    terms: str = ""


@dataclass(frozen=True)
class Indexed:
    """A diagnosis with its wording made ready for search: each word has a space before it."""

    diagnosis: Diagnosis
    kinship: int
    text: str
    wording: str


def search_icd10(text: str, limit: int = 12) -> list[Diagnosis]:
    """Billable diagnoses by the beginning of the code, or by words that each begin a word of the wording.

    Chapter F comes first, then what goes with it, then the rest; own wording before inclusion terms.
    """
    wanted = text.strip().upper().replace(".", "")
    if CODE.fullmatch(wanted):
        return _search_codes(wanted)[:limit]
    words = _plain(" ".join(SHORT_NAMES.get(word, word) for word in text.casefold().split())).split()
    if not words:
        return []
    longest = f" {max(words, key=len)}"
    near = [item for item in _index().values() if longest in item.wording]
    ranked = [(rank, item.diagnosis) for item in near if (rank := _rank(words, item)) is not None]
    ranked.sort(key=lambda pair: (pair[0], pair[1].code))
    return [diagnosis for _, diagnosis in ranked[:limit]]


def is_billable(code: str) -> bool:
    """Whether a code of ICD-10-CM can be billed: it exists and has no finer code below it."""
    return _find(code) is not None


def describe(code: str) -> str:
    """The official text of a billable code; RuleBroken on `code` for any other."""
    found = _find(code)
    if found is None:
        raise RuleBroken(f"{code} is not a billable ICD-10-CM code. Choose one from the list.", field="code")
    return found.text


def _find(code: str) -> Diagnosis | None:
    plain = code.strip().upper().replace(".", "")
    if len(plain) < 3 or not CODE.fullmatch(plain):
        return None
    dotted = f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain
    if dotted in _index():
        return _index()[dotted].diagnosis
    return None if dotted.startswith(_beginnings()) else _from_package(_package(), dotted)


def _search_codes(prefix: str) -> list[Diagnosis]:
    hits = [item for item in _index().values() if item.diagnosis.code.replace(".", "").startswith(prefix)]
    if hits or len(prefix) < 3 or prefix.startswith(_beginnings()):
        return [item.diagnosis for item in sorted(hits, key=lambda item: (item.kinship, item.diagnosis.code))]
    icd = _package()
    codes = sorted(code for code in icd.get_all_codes(False) if code.startswith(prefix))
    return [found for code in codes if (found := _from_package(icd, f"{code[:3]}.{code[3:]}".rstrip(".")))]


def _rank(words: list[str], item: Indexed) -> tuple[int, int, bool, int] | None:
    """Smaller is better: near to mental health, in its own wording, begins with the words, whole words."""
    for place, wording in enumerate((item.text, item.wording)):
        if all(f" {word}" in wording for word in words):
            parts = sum(f" {word} " not in wording for word in words)
            return item.kinship, place, not wording.startswith(f" {words[0]}"), parts
    return None


def _kinship(code: str) -> int:
    if code.startswith("F"):
        return 0
    return 1 if code.startswith(RELATED) else 2


def _plain(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.casefold()))} "


@lru_cache(maxsize=1)
def _index() -> dict[str, Indexed]:
    _, *rows = INDEX.read_text(encoding="utf-8").splitlines()
    diagnoses = [Diagnosis(*row.split("\t")) for row in rows]
    return {d.code: Indexed(d, _kinship(d.code), _plain(d.text), _plain(f"{d.text} {d.terms}")) for d in diagnoses}


@lru_cache(maxsize=1)
def _beginnings() -> tuple[str, ...]:
    with INDEX.open(encoding="utf-8") as file:
        return tuple(file.readline().rstrip("\n").split("\t")[1].split())


def _package() -> ModuleType:
    with warnings.catch_warnings():
        # It opens its own files by a way that Python has deprecated; nothing of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module("simple_icd_10_cm")


def _from_package(icd: ModuleType, code: str) -> Diagnosis | None:
    if not icd.is_valid_item(code) or not icd.is_leaf(code):
        return None
    return Diagnosis(code, icd.get_description(code))

"""The laws of rating scales: instruments as data, scoring, and the words for a change between two scores."""

from clinic.scales.rules.change import Sign, baseline_words, change_words, sign_of
from clinic.scales.rules.definitions import load_pack, load_packs, read_definition
from clinic.scales.rules.instruments import Instrument, Item, Terms
from clinic.scales.rules.packs import read_pack
from clinic.scales.rules.scoring import INSTRUMENTS, Score, score, score_answers, title_of

__all__ = [
    "INSTRUMENTS",
    "Instrument",
    "Item",
    "Score",
    "Sign",
    "Terms",
    "baseline_words",
    "change_words",
    "load_pack",
    "load_packs",
    "read_definition",
    "read_pack",
    "score",
    "score_answers",
    "sign_of",
    "title_of",
]

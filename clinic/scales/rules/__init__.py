"""The laws of rating scales: instruments as data, scoring, and the words for a change between two scores."""

from clinic.scales.rules.instruments import Instrument, Item, load_pack, load_packs
from clinic.scales.rules.scoring import INSTRUMENTS, Score, change_words, score, score_answers, title_of

__all__ = [
    "INSTRUMENTS",
    "Instrument",
    "Item",
    "Score",
    "change_words",
    "load_pack",
    "load_packs",
    "score",
    "score_answers",
    "title_of",
]

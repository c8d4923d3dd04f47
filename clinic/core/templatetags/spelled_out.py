"""Shorthand of clinical sources, written out for whoever reads it; the sources' own texts stay as they are."""

import re

from django import template

register = template.Library()

WORDS = {
    "AE": "side effects",
    "AEs": "side effects",
    "AIMS": "abnormal movements (AIMS)",
    "ANC": "neutrophil count (ANC)",
    "BP": "blood pressure",
    "BZD": "benzodiazepine",
    "CBC": "blood count (CBC)",
    "CRP": "C-reactive protein",
    "Ca": "calcium",
    "CrCl": "creatinine clearance",
    "EPS": "extrapyramidal symptoms (EPS)",
    "FPG": "fasting glucose",
    "HR": "heart rate",
    "K/Mg": "potassium and magnesium",
    "LFT": "liver tests",
    "Na": "sodium",
    "OC": "oral contraceptive",
    "QT": "QT interval (ECG)",
    "Rx": "prescription",
    "TSH": "thyroid test (TSH)",
    "UDS": "urine drug screen",
    "UT CSD": "Utah's Controlled Substance Database",
    "CSD": "Controlled Substance Database",
    "eGFR": "kidney function (eGFR)",
    "orthostasis": "dizziness on standing (orthostasis)",
    "2x/wk": "twice a week",
    "q2mo": "every 2 months",
    "q3mo": "every 3 months",
    "wk": "weeks",
}
# The longer before the shorter that it holds; a letter or digit beside it makes it part of another word.
SHORTHAND = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(WORDS, key=len, reverse=True)))})(?!\w)")


@register.filter
def spelled_out(text: str) -> str:
    """The same text without shorthand, `BP/HR, sexual AE` as `blood pressure/heart rate, sexual side effects`."""
    return SHORTHAND.sub(lambda found: WORDS[found.group()], text)

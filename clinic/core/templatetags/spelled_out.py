"""Shorthand of clinical sources, of classes of drugs and of references, written out for whoever reads it.

The sources' own texts stay as they are.
"""

import re
from collections.abc import Iterable

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
CLASSES = {
    "ALDH": "aldehyde dehydrogenase",
    "FGA": "first-generation antipsychotic",
    "GABA-A PAM": "positive allosteric modulator of the GABA-A receptor",
    "MAOI": "monoamine oxidase inhibitor",
    "NDRI": "norepinephrine-dopamine reuptake inhibitor",
    "NRI": "norepinephrine reuptake inhibitor",
    "NaSSA": "noradrenergic and specific serotonergic antidepressant",
    "SARI": "serotonin antagonist and reuptake inhibitor",
    "SGA": "second-generation antipsychotic",
    "SNRI": "serotonin-norepinephrine reuptake inhibitor",
    "SPARI": "serotonin partial agonist and reuptake inhibitor",
    "SSRI": "selective serotonin reuptake inhibitor",
    "TCA": "tricyclic antidepressant",
    "VMAT2": "vesicular monoamine transporter 2",
}
# What the facts that were collected for the clinic call their sections.
SECTIONS = {
    "1": "formulary",
    "2": "titration",
    "3": "measurement-based care instruments",
    "4": "monitoring rules",
    "5": "interactions and safety rules",
    "6": "documents and workflow",
    "7": "coverage and prior authorization",
}
FACTS = re.compile(r"clinical facts ([1-7])(?: and ([1-7]))?")
PMC = re.compile(r"(?<![\w/])PMC\d+")
ORACLE = re.compile(
    r"https://www\.droracle\.ai(?P<said> \([^)]*\))? /articles/(?P<pages>\d+(?:, /\d+)*)"
    r"|(?<![\w/.])droracle (?P<numbers>\d+(?:(?:,| and) \d+)*)"
)
# The longer before the shorter that it holds; a letter or digit beside it makes it part of another word.


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?!\w)")


SHORTHAND = _any_of(WORDS)
LETTERS = _any_of(CLASSES)


@register.filter
def spelled_out(text: str) -> str:
    """The same text without shorthand, `BP/HR, sexual AE` as `blood pressure/heart rate, sexual side effects`."""
    return SHORTHAND.sub(lambda found: WORDS[found.group()], text)


@register.filter
def class_words(drug_class: str) -> str:
    """A class of drugs with its letters in words, `SGA` as `second-generation antipsychotic (SGA)`."""
    return LETTERS.sub(lambda found: f"{CLASSES[found.group()]} ({found.group()})", drug_class).replace(") (", "; ")


@register.filter
def cited(source: str) -> str:
    """A source as somebody can look it up: pages by their address, collected facts by the name of their section."""
    told = ORACLE.sub(_oracle, source)
    told = PMC.sub(lambda found: f"https://pmc.ncbi.nlm.nih.gov/articles/{found.group()}", told)
    return FACTS.sub(_section, told)


def _oracle(found: re.Match[str]) -> str:
    numbers = re.findall(r"\d+", found["pages"] or found["numbers"])
    said = (found["said"] or "").strip(" ()")
    kind = said or "AI-written, quotes or cites the FDA label"
    return f"{kind}: " + ", ".join(f"https://www.droracle.ai/articles/{number}" for number in numbers)


def _section(found: re.Match[str]) -> str:
    named = " and ".join(f"{number} ({SECTIONS[number]})" for number in found.groups() if number)
    return f"facts collected for the clinic, section {named}"

"""Shorthand of sources is written out, and nothing else of a text changes."""

import csv
import re
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings

from clinic.core.templatetags.spelled_out import cited, class_words, spelled_out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("suicidality + mood switch wk 1-4; Na in elderly", "suicidality + mood switch weeks 1-4; sodium in elderly"),
        ("BP/HR each visit, sexual AE", "blood pressure/heart rate each visit, sexual side effects"),
        ("ECG/K/Mg if risk", "ECG/potassium and magnesium if risk"),
        ("UT CSD check", "Utah's Controlled Substance Database check"),
        ("Narcan, BPD, weekly", "Narcan, BPD, weekly"),
        ("", ""),
    ],
)
def test_shorthand_is_written_out(text: str, words: str) -> None:
    assert spelled_out(text) == words


@pytest.mark.parametrize(
    ("drug_class", "words"),
    [
        ("SGA", "second-generation antipsychotic (SGA)"),
        ("SGA (D2 partial agonist)", "second-generation antipsychotic (SGA; D2 partial agonist)"),
        ("SGA + opioid antagonist", "second-generation antipsychotic (SGA) + opioid antagonist"),
        ("NDRI", "norepinephrine-dopamine reuptake inhibitor (NDRI)"),
        ("mood stabiliser (off-label)", "mood stabiliser (off-label)"),
    ],
)
def test_a_class_is_told_in_words_beside_its_letters(drug_class: str, words: str) -> None:
    assert class_words(drug_class) == words


def told(column: str) -> set[str]:
    """All that the clinic's own data says in one column."""
    files = Path(settings.BASE_DIR).glob("clinic/*/data/*.csv")
    rows = (csv.DictReader(file.read_text().splitlines()) for file in files)
    return {row[column] for row in chain.from_iterable(rows) if row.get(column)}


def test_no_class_of_the_formulary_is_letters_alone() -> None:
    classes = told("drug_class")
    assert len(classes) > 40
    assert [each for each in map(class_words, classes) if re.fullmatch(r"\w*[A-Z]\w*[A-Z]( \(.*\))?", each)] == []


AI = "AI-written, quotes or cites the FDA label: "
PAGE = "https://www.droracle.ai/articles/"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("droracle 839440 and 690288 (quote the label)", f"{AI}{PAGE}839440, {PAGE}690288 (quote the label)"),
        (
            "https://www.droracle.ai (secondary pages quoting the FDA label) /articles/84396, /864865",
            f"secondary pages quoting the FDA label: {PAGE}84396, {PAGE}864865",
        ),
        (f"{PAGE}743485", f"{PAGE}743485"),
        ("APA 2020: PMC7725154 table 1", "APA 2020: https://pmc.ncbi.nlm.nih.gov/articles/PMC7725154 table 1"),
        (
            "clinical facts 4: not found but for prazosin",
            "facts collected for the clinic, section 4 (monitoring rules): not found but for prazosin",
        ),
        (
            "clinical facts 1 and 5 (quinidine)",
            "facts collected for the clinic, section 1 (formulary) and 5 (interactions and safety rules) (quinidine)",
        ),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC4170419/table/T3",) * 2,
        ("https://www.drugs.com/dosage/citalopram.html",) * 2,
    ],
)
def test_a_source_is_cited_so_that_it_can_be_looked_up(source: str, words: str) -> None:
    assert cited(source) == words


def test_no_source_of_the_clinics_data_is_a_bare_number() -> None:
    sources = told("source")
    assert len(sources) > 100
    assert [each for each in map(cited, sources) if re.search(r"droracle \d|clinical facts \d", each)] == []

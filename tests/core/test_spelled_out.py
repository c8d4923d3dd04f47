"""Shorthand of sources is written out, and nothing else of a text changes."""

import pytest

from clinic.core.templatetags.spelled_out import spelled_out


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

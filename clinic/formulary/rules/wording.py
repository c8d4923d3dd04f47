"""Words that pages read in place of a source's shorthand."""

import re

# Joint Commission, "Do Not Use" list (QD, QOD); ISMP, list of error-prone abbreviations (the rest).
SPELLED_OUT = {
    "qd": "once a day",
    "qod": "every other day",
    "bid": "twice a day",
    "tid": "three times a day",
    "qid": "four times a day",
    "qam": "in the morning",
    "qhs": "at bedtime",
    "prn": "as needed",
}
SHORTHAND = re.compile(rf"\b({'|'.join(SPELLED_OUT)})\b", re.IGNORECASE)


def spelled_out(text: str) -> str:
    """A dosing text without the abbreviations for how often that are misread (QD for QID, QOD for QD)."""
    return SHORTHAND.sub(lambda found: SPELLED_OUT[found.group().lower()], text)

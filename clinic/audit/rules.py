"""What the audit calls a deed, and what leaves it as a file."""

import re

# Names of deeds are code; these are the words in them that people write in another way.
WRITTEN = {"checkin": "check-in", "break glass": "break-glass", "sign in ": "sign-in "}
# Deeds that show many clients at once: whom they showed stands in what was kept of them.
SHOWING = ("clients_searched", "clients_listed", "duplicates_searched")
CODE = re.compile(r"[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def deed_words(action: str) -> str:
    """A deed as a person reads it, `chart_read` as `Chart read`."""
    words = action.replace("_", " ")
    for code, written in WRITTEN.items():
        words = words.replace(code, written)
    return words[:1].upper() + words[1:]


def detail_words(value: object) -> str:
    """What was kept of a deed as a person reads it: codes in words, lists and pairs after one another."""
    if isinstance(value, dict):
        return ", ".join(f"{detail_words(name)}: {detail_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(detail_words(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text.replace("_", " ").replace(":", ", ") if CODE.fullmatch(text) else text


def safe_cell(value: object) -> str:
    """A cell that a spreadsheet cannot take for a formula: a dangerous first sign is put behind an apostrophe.

    Source: OWASP, CSV Injection.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text

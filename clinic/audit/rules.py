"""What the audit calls a deed, and what leaves it as a file."""

# Names of deeds are code; these are the words in them that people write in another way.
WRITTEN = {"checkin": "check-in", "break glass": "break-glass", "sign in ": "sign-in "}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def deed_words(action: str) -> str:
    """A deed as a person reads it, `chart_read` as `Chart read`."""
    words = action.replace("_", " ")
    for code, written in WRITTEN.items():
        words = words.replace(code, written)
    return words[:1].upper() + words[1:]


def safe_cell(value: object) -> str:
    """A cell that a spreadsheet cannot take for a formula: a dangerous first sign is put behind an apostrophe.

    Source: OWASP, CSV Injection.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text

"""What is asked of an observation."""

from clinic.core.rules import RuleBroken

LONGEST_OBSERVATION = 2000


def check_observation(text: str) -> str:
    """An observation says something, in at most 2,000 characters; answers it without spaces around."""
    told = text.strip()
    if not told:
        raise RuleBroken("Write what you noticed.", field="text")
    if len(told) > LONGEST_OBSERVATION:
        raise RuleBroken(f"Keep an observation under {LONGEST_OBSERVATION:,} characters.", field="text")
    return told

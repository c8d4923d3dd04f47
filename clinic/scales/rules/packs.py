"""What a content pack must hold beyond a sound definition: terms to accept, and a code of its own."""

from clinic.core.rules import RuleBroken
from clinic.scales.rules.definitions import read_definition
from clinic.scales.rules.instruments import Instrument, Terms
from clinic.scales.rules.scoring import INSTRUMENTS


def read_pack(definition: str, file_name: str) -> tuple[Instrument, Terms]:
    """The scale of a content pack and the terms under which it may be asked.

    Raises RuleBroken as `read_definition`, where the file states no terms, and where it takes the code of a shipped
    scale, whose scores are fixed.
    """
    scale = read_definition(definition, file_name)
    if scale.terms is None:
        raise RuleBroken(
            f"The scale in {file_name} cannot be used: terms: is missing. Write the owner's terms into the file."
        )
    if scale.code in INSTRUMENTS:
        raise RuleBroken(f"The scale in {file_name} cannot be used: code: {scale.code} is the name of a shipped scale.")
    return scale, scale.terms

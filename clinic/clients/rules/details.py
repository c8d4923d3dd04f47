"""What the clinic asks of a person at registration."""

from dataclasses import dataclass, fields
from datetime import date

LANGUAGES = [
    ("en", "English"),
    ("es", "Spanish"),
    ("zh", "Chinese"),
    ("vi", "Vietnamese"),
    ("tl", "Tagalog"),
    ("ar", "Arabic"),
    ("fr", "French"),
    ("ru", "Russian"),
    ("pt", "Portuguese"),
    ("ko", "Korean"),
    ("de", "German"),
    ("so", "Somali"),
    ("ase", "American Sign Language"),
    ("other", "Another"),
]


@dataclass(frozen=True, kw_only=True)
class ClientDetails:
    """Who a client is: what the clinic asks at registration and may correct later."""

    given_names: str
    family_name: str
    birth_on: date
    preferred_name: str = ""
    pronouns: str = ""
    sex: str = "unknown"
    gender: str = ""
    language: str = "en"
    needs_interpreter: bool = False
    time_zone: str = "America/Denver"
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"


def detail_names() -> list[str]:
    """The fields of a client that registration asks for."""
    return [detail.name for detail in fields(ClientDetails)]


def language_name(code: str) -> str:
    """A language as people call it; one that the clinic does not offer reads as its code."""
    return dict(LANGUAGES).get(code, code)

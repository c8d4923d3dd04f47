"""What a client is asked to watch for, in plain words, where a confirmed boxed warning stands behind them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from clinic.scheduling.rules import day_words

ANYTHING_NEW: Mapping[str, str] = {
    "en": "Anything new, or anything that worries you: tell us.",
    "es": "Cualquier cosa nueva o que le preocupe: díganosla.",
}
# A word of the label's boxed warning as the formulary keeps it, and what it means for the person who takes it. What
# is not here (such as a warning for other people than our clients) adds nothing to the general sentence.
PLAIN_WORDS: Sequence[tuple[str, Mapping[str, str]]] = (
    (
        "suicid",
        {
            "en": "New or stronger thoughts of harming yourself: call us at once, or call or text 988.",
            "es": "Pensamientos nuevos o más fuertes de hacerse daño: llámenos de inmediato, o llame o envíe un "
            "mensaje al 988.",
        },
    ),
    (
        "skin rash",
        {
            "en": "Any new rash: call us at once, the same day.",
            "es": "Cualquier sarpullido nuevo: llámenos de inmediato, el mismo día.",
        },
    ),
    (
        "neutropenia",
        {
            "en": "Fever, a sore throat or other signs of an infection: call us at once.",
            "es": "Fiebre, dolor de garganta u otros signos de infección: llámenos de inmediato.",
        },
    ),
    (
        "myocarditis",
        {
            "en": "Chest pain, or trouble breathing: call 911.",
            "es": "Dolor de pecho o dificultad para respirar: llame al 911.",
        },
    ),
    (
        "seizures",
        {
            "en": "Fainting or a seizure: call 911.",
            "es": "Desmayo o convulsión: llame al 911.",
        },
    ),
)
WAITS: Mapping[str, str] = {
    "en": "From {day}: the new dose only if we told you that it may begin. Until then stay on the dose before.",
    "es": "Desde el {day}: la dosis nueva solo si le dijimos que puede empezar. Hasta entonces siga con la dosis de "
    "antes.",
}


def waiting_words(days: Iterable[date], language: str = "en") -> tuple[str, ...]:
    """For each step that waits: until the clinic says that it may begin, the dose before goes on."""
    return tuple(WAITS[language].format(day=_day(on, language)) for on in sorted(days))


def _day(on: date, language: str) -> str:
    return day_words(on, language) if language == "es" else f"{on:%a}, {on:%b} {on.day}"


def watch_words(boxed_warning: str, *, is_confirmed: bool, language: str = "en") -> tuple[str, ...]:
    """Plain words for a boxed warning that was confirmed against the label; nothing for one that was not."""
    if not is_confirmed:
        return ()
    told = boxed_warning.lower()
    return tuple(words[language] for sign, words in PLAIN_WORDS if sign in told)

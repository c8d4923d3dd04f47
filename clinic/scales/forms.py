"""One instrument as a form, which one to fill in, and a definition file with its terms."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms

from clinic.core.forms import offer
from clinic.scales.rules import Instrument
from clinic.scales.rules.symptoms import LEAST, LONGEST_WORDS, MOST, SCALE_WORDS

LARGEST_FILE = 200_000
LONGEST_NAME = 120


class ResponseForm(forms.Form):
    """A field for each item; none has to be answered, gaps are scored as the instrument says.

    What an answer counts is shown to staff alone.
    """

    def __init__(self, *args: Any, instrument: Instrument, shows_points: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": instrument.code, **kwargs})
        self.instrument = instrument
        for index, item in enumerate(instrument.items):
            self.fields[f"answers[{index}]"] = forms.TypedChoiceField(
                label=f"{index + 1}. {item.text}",
                required=False,
                coerce=int,
                empty_value=None,
                choices=[
                    (choice.value, f"{choice.label} ({choice.value})" if shows_points else choice.label)
                    for choice in item.choices
                ],
                widget=forms.RadioSelect,
            )

    @property
    def answers(self) -> list[int | None]:
        """Points in the order of the items; None where unanswered."""
        return [self.cleaned_data.get(name) for name in self.fields]

    @property
    def answered(self) -> int:
        """How many items are answered."""
        return sum(answer is not None for answer in self.answers)


class ChooseForm(forms.Form):
    """Which instrument to fill in, and in which language its questions are read."""

    instrument = forms.ChoiceField(label="Instrument", initial="phq9")
    language = forms.ChoiceField(
        label="Questions in",
        required=False,
        choices=[("en", "English"), ("es", "Spanish, where its wording is free to use")],
    )

    def __init__(self, *args: Any, offered: Iterable[Instrument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "instrument", [(one.code, f"{one.title}: {one.name}") for one in offered])


class PackFileForm(forms.Form):
    """A definition file that an administrator wants to load. Cleaned, it is its text and its name."""

    file = forms.FileField(
        label="Definition file",
        help_text="JSON or TOML, up to 200 KB. Nothing is loaded before its terms are accepted on the next page.",
        max_length=LONGEST_NAME,
        error_messages={"required": "Choose a file."},
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        file = told.pop("file", None)
        if file is None:
            return told
        if file.size > LARGEST_FILE:
            self.add_error("file", "This file is larger than 200 KB: a definition never is.")
            return told
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "This is no text in UTF-8.")
            return told
        if "\x00" in text:
            self.add_error("file", "This is no text.")
        return {"definition": _with_plain_lines(text), "file_name": file.name}


class PackTermsForm(forms.Form):
    """The definition as it was read, and that its terms are accepted."""

    definition = forms.CharField(widget=forms.HiddenInput, max_length=LARGEST_FILE, strip=False)
    file_name = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_NAME)
    is_accepted = forms.BooleanField(
        label="I have read these terms and accept them for the clinic",
        error_messages={"required": "Without the terms accepted it cannot be loaded."},
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        told.pop("is_accepted", None)
        return {**told, "definition": _with_plain_lines(told.get("definition", ""))}


def rating_choices() -> list[tuple[int | str, str]]:
    """Every rating of a target symptom, with what its ends mean."""
    said = [(value, f"{value} {SCALE_WORDS.get(value, '')}".strip()) for value in range(LEAST, MOST + 1)]
    return [("", "Not asked"), *said]


class SymptomForm(forms.Form):
    """What shall get better, in the client's own words, and how much of it is there today."""

    words = forms.CharField(
        label="In the client's own words",
        max_length=LONGEST_WORDS,
        error_messages={"required": "Write it in the client's own words."},
    )
    value = forms.TypedChoiceField(
        label="How much of it is there today", required=False, coerce=int, empty_value=None, choices=rating_choices
    )


class RatingsForm(forms.Form):
    """How much of each standing target symptom is there. Cleaned, it is `ratings` by symptom."""

    def __init__(self, *args: Any, symptoms: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.symptoms = symptoms
        for key, words in symptoms:
            self.fields[symptom_field(key)] = forms.TypedChoiceField(
                label=words, required=False, coerce=int, empty_value=None, choices=rating_choices
            )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        given = {key: told.get(symptom_field(key)) for key, _ in self.symptoms}
        return {"ratings": {key: value for key, value in given.items() if value is not None}}


def symptom_field(symptom_id: UUID) -> str:
    """The name of the field in which a target symptom is rated."""
    return f"symptom_{symptom_id.hex}"


def _with_plain_lines(text: str) -> str:
    """A form sends lines with the ends of its own system: what is kept has one kind."""
    return text.replace("\r\n", "\n")

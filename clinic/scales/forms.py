"""One instrument as a form: its own wording, its own points."""

from typing import Any

from django import forms

from clinic.scales.rules import INSTRUMENTS, Instrument


class ResponseForm(forms.Form):
    """A field for each item; none has to be answered, gaps are scored as the instrument says."""

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": instrument.code, **kwargs})
        self.instrument = instrument
        for index, item in enumerate(instrument.items):
            self.fields[f"answers[{index}]"] = forms.TypedChoiceField(
                label=f"{index + 1}. {item.text}",
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(choice.value, f"{choice.label} ({choice.value})") for choice in item.choices],
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
    """Which instrument to fill in."""

    instrument = forms.ChoiceField(
        label="Instrument",
        initial="phq9",
        choices=[(code, f"{i.title}: {i.name}") for code, i in INSTRUMENTS.items()],
    )

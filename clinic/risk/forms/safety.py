"""The forms of a safety plan."""

from typing import Any

from django import forms

from clinic.core.forms import WITHIN_REACH, LongText
from clinic.risk.rules.safety import STEPS, CopyHolder

LONGEST = 4000


class DayField(forms.DateField):
    """A day of the calendar."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, validators=WITHIN_REACH, **more)


class SafetyPlanForm(forms.Form):
    """Six steps in the client's own words, and when to look at them again."""

    review_on = DayField(label="Look at it together again on", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_000)

    field_order = [step.name for step in STEPS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, step in enumerate(STEPS, start=1):
            self.fields[step.name] = LongText(
                label=f"{number}. {step.title}",
                help_text=step.hint,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 3}),
                error_messages={"required": "Write the client's own words, or that there are none."},
            )
        self.order_fields(self.field_order)


class CopyForm(forms.Form):
    """Who has a copy since when."""

    holder = forms.ChoiceField(label="Who has it", choices=[(holder.value, holder.label) for holder in CopyHolder])
    name = forms.CharField(label="Name", required=False, max_length=150, help_text="Needed for somebody of the family.")
    given_on = DayField(label="Since", error_messages={"required": "Enter the day on which the copy was given."})

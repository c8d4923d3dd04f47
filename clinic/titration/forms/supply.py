"""The forms of supply: a fill, a request for a refill, the decision about it, what is taken back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from clinic.core.forms import LongText, offer
from clinic.titration.forms.fields import day_field, days_field
from clinic.titration.models import AskedBy, DoseStep, HowKnown, WhyWithdrawn
from clinic.titration.rules.refills import LONGEST_SUPPLY_DAYS, RefillOutcome
from clinic.titration.rules.strengths import Strength

SELECT = {"class": "form-select"}


class FillForm(forms.Form):
    """What came to the client; the pressed button says how it is known. Cleaned, it is what `record_fill` takes."""

    strength = forms.ChoiceField(label="What was filled")
    count = forms.DecimalField(
        label="How many, or mL",
        max_digits=6,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Enter how many.", "invalid": "Enter a number alone, such as 30."},
    )
    filled_on = day_field("Filled on")
    how_known = forms.ChoiceField(choices=HowKnown.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, strengths: Sequence[Strength], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.strengths = {strength.key: strength for strength in strengths}
        named = ((key, one.words(Decimal(1)).removeprefix("1 x ")) for key, one in self.strengths.items())
        offer(self, "strength", named)

    def ways(self) -> list[tuple[str, str]]:
        """The buttons: each says how the fill is known."""
        return list(HowKnown.choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {"strength": self.strengths[cleaned["strength"]]} if "strength" in cleaned else {}
        return {**cleaned, **chosen, "how_known": cleaned.get("how_known") or HowKnown.CLIENT}


class WithdrawFillForm(forms.Form):
    """Why a fill is taken back."""

    because = forms.ChoiceField(label="Why", choices=WhyWithdrawn.choices, widget=forms.Select(attrs=SELECT))


class AskRefillForm(forms.Form):
    """What is asked for, by whom. Cleaned, it is what `ask_refill` takes."""

    step = forms.TypedChoiceField(label="What is asked for", coerce=UUID)
    days = days_field("For how many days", "Leave it empty to let the prescriber set it.", most=LONGEST_SUPPLY_DAYS)
    asked_by = forms.ChoiceField(label="Who asks", choices=AskedBy.choices)
    note = forms.CharField(label="Note", max_length=300, required=False)

    def __init__(self, data: QueryDict | None, *, steps: Sequence[DoseStep], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer(self, "step", ((str(step.pk), step.words) for step in steps))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        step_id = cleaned.pop("step", None)
        return {**cleaned, "step_id": step_id}


class DecideRefillForm(forms.Form):
    """The decision; the pressed button is the outcome."""

    outcome = forms.ChoiceField(
        choices=[(one.value, one.value) for one in RefillOutcome if one is not RefillOutcome.WITHDRAWN],
        widget=forms.HiddenInput,
    )
    days = days_field("For how many days", most=LONGEST_SUPPLY_DAYS)
    reason = LongText(
        label="Why",
        help_text="Needed for another amount, for a decline, and where the rules warn.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WithdrawRefillForm(forms.Form):
    """Why a request is taken back."""

    reason = forms.CharField(label="Why it is withdrawn", max_length=300)

"""The forms that let a step wait, and that decide about one that does."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.core.forms import offer
from clinic.titration.forms.fields import days_field
from clinic.titration.models import DoseStep
from clinic.titration.rules.gates import LONGEST_STAY_DAYS, MEASURED, GateKind, Wish, day_words
from clinic.titration.rules.numbers import plain

ANY_NUMBER = {"step": "any", "inputmode": "decimal"}


class GateForm(forms.Form):
    """Which step waits, for what, and how long the step before goes on each time. Cleaned for `set_gate`."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    step = forms.ChoiceField(label="Step")
    waits_for = forms.ChoiceField(
        label="Begins only after",
        choices=[(kind.value, kind.label) for kind in GateKind],
        widget=forms.RadioSelect,
        initial=GateKind.RESULT.value,
    )
    measured = forms.ChoiceField(
        label="Result",
        required=False,
        choices=[("", "Choose"), *((code, f"{kind.label} ({kind.unit})") for code, kind in MEASURED.items())],
    )
    good_from = forms.DecimalField(
        label="Good from", required=False, max_digits=12, decimal_places=3, widget=forms.NumberInput(attrs=ANY_NUMBER)
    )
    good_to = forms.DecimalField(
        label="Good up to",
        help_text="Your own range, in the unit beside the result. One end is enough.",
        required=False,
        max_digits=12,
        decimal_places=3,
        widget=forms.NumberInput(attrs=ANY_NUMBER),
    )
    stay_days = days_field(
        "Until then, days more on the step before",
        "From 6 pm of the day before, the step before goes on so many days longer, as often as needed.",
        most=LONGEST_STAY_DAYS,
    )

    def __init__(self, data: QueryDict | None, *, steps: Sequence[DoseStep], version: int, stay_days: int) -> None:
        super().__init__(data, initial={"version": version, "stay_days": stay_days})
        offered = (
            (one.first_on.isoformat(), f"{plain(one.mg_per_day)} mg a day from {day_words(one.first_on)}")
            for one in steps
        )
        offer(self, "step", offered)
        self.fields["stay_days"].required = True

    def clean(self) -> dict[str, Any]:
        """What `set_gate` asks for."""
        given = self.cleaned_data
        if not {"step", "waits_for", "stay_days", "version"} <= given.keys():
            return given
        waits_for = GateKind(given["waits_for"])
        is_result = waits_for is GateKind.RESULT
        wish = Wish(
            waits_for,
            given.get("measured", "") if is_result else "",
            given.get("good_from") if is_result else None,
            given.get("good_to") if is_result else None,
        )
        return {
            "base_version": given["version"],
            "step_first_on": date.fromisoformat(given["step"]),
            "wish": wish,
            "stay_days": given["stay_days"],
        }


class GateDecisionForm(forms.Form):
    """Whether the step may begin on its day, or no longer waits, and why."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("passed", "Good: the step begins on its day"), ("ended", "Take the gate away")],
        widget=forms.RadioSelect,
        initial="passed",
    )
    because = forms.CharField(label="Why", max_length=300)

    def clean(self) -> dict[str, Any]:
        """What `decide_gate` asks for."""
        given = self.cleaned_data
        return {"is_passed": given.get("decision") == "passed", "because": given.get("because", "")}

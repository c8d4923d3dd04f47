"""What the medical director fills in: a medication's numbers, a decision about a rule."""

from decimal import Decimal
from typing import Any

from django import forms

from clinic.formulary.models import Medication
from clinic.formulary.rules.review import NUMBERS


def _mg(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=f"{label} (mg)",
        required=False,
        min_value=Decimal("0.001"),
        max_digits=9,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


class MedicationReviewForm(forms.Form):
    """Numbers for an adult, whatever the indication; what stays empty stays unknown and is not checked."""

    base_version = forms.CharField(widget=forms.HiddenInput)
    start_mg = _mg("Start a day")
    step_mg = _mg("Usual rise")
    max_step_mg = _mg("Largest rise")
    min_interval_days = forms.IntegerField(
        label="Shortest time between rises (days)", required=False, min_value=1, max_value=366
    )
    usual_min_mg = _mg("Usual range from")
    usual_max_mg = _mg("Usual range to")
    max_mg = _mg("Maximum a day")
    source = forms.CharField(
        label="Where the numbers were read", max_length=300, help_text="Such as the label, its section and its date."
    )

    @classmethod
    def initial_of(cls, medication: Medication) -> dict[str, Any]:
        known = {name: getattr(medication, name) for name in NUMBERS}
        plain = {
            name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in known.items()
        }
        return {**plain, "base_version": medication.data_version}

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "base_version": given.get("base_version", ""),
            "numbers": {name: given.get(name) for name in NUMBERS},
            "source": given.get("source", ""),
        }


class RuleDecisionForm(forms.Form):
    """Use a rule or do not; not to use it needs a reason."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("accepted", "Use this rule"), ("refused", "Do not use it")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Reason", max_length=300, required=False, help_text="Needed if it shall not be used.")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"is_accepted": given.get("decision") == "accepted", "note": given.get("note", "")}

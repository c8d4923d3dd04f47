"""What is said on the pages over many apps."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from clinic.checkins.rules.asking import SIDE_EFFECTS, TOXICITY_SIGNS, WITHDRAWAL_SIGNS
from clinic.core.forms import WITHIN_REACH, offer, tell
from clinic.core.rules import RuleBroken
from clinic.intake.rules import LONGEST_EVENT
from clinic.titration.models import WHY_ENDED
from clinic.titration.rules.response import Thresholds
from clinic.titration.rules.side_effects import DONE, LONGEST_WORDS, OWN, SEVERITIES, Felt, check_felt

EFFECTS = {**SIDE_EFFECTS, **TOXICITY_SIGNS, **WITHDRAWAL_SIGNS}


class TrialEndForm(forms.Form):
    """Why a medication ended, by its code."""

    why = forms.ChoiceField(
        label="Why it ended",
        choices=WHY_ENDED,
        error_messages={"required": "Choose why it ended.", "invalid_choice": "Choose why it ended."},
    )


class SideEffectForm(forms.Form):
    """A side effect of one medication, in the words of the check-in's list or in others. Cleaned, it is a deed's."""

    dose_plan_id = forms.TypedChoiceField(label="Medication", coerce=UUID)
    code = forms.ChoiceField(
        label="Side effect",
        choices=[("", "Choose"), *EFFECTS.items(), (OWN, "Something else")],
        error_messages={"required": "Choose what it is."},
    )
    words = forms.CharField(label="In other words", required=False, max_length=LONGEST_WORDS)
    severity = forms.TypedChoiceField(
        label="How much it bothers", coerce=int, choices=[one for one in SEVERITIES.items() if one[0]]
    )
    began_on = forms.DateField(
        label="Since, if not today",
        required=False,
        validators=WITHIN_REACH,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    done = forms.ChoiceField(label="What was done", required=False, choices=[("", "Nothing yet"), *DONE.items()])
    remark = forms.CharField(label="Remark", required=False, max_length=300)

    def __init__(self, data: QueryDict | None = None, *, taken: Sequence[tuple[UUID, str]], today: date) -> None:
        super().__init__(data)
        self.today = today
        offer(self, "dose_plan_id", [(str(key), name) for key, name in taken])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        code, words, severity = (told.pop(name, "") for name in ("code", "words", "severity"))
        felt = Felt(code, EFFECTS.get(code) or words, severity or 0)
        if self.errors:
            self._tell_the_rest(felt, told.get("began_on") or self.today)
        return {**told, "felt": felt}

    def _tell_the_rest(self, felt: Felt, began_on: date) -> None:
        """Words are asked for only where something else than what is listed was chosen."""
        try:
            check_felt(felt, began_on=began_on, plan_began_on=date.min, today=self.today)
        except RuleBroken as broken:
            tell(self, (refusal for refusal in broken.each() if refusal.field != "words" or felt.code))


class LifeEventForm(forms.Form):
    """What happened in a client's life, and when."""

    words = forms.CharField(
        label="What happened, in the client's words",
        max_length=LONGEST_EVENT,
        error_messages={"required": "Say what happened."},
    )
    happened_on = forms.DateField(
        label="On which day, if not today",
        required=False,
        validators=WITHIN_REACH,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class StayForm(forms.Form):
    """The plan was reviewed and stays until a day, with the reason."""

    until = forms.DateField(
        label="Stays until",
        validators=WITHIN_REACH,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose a day after today, within a year."},
    )
    reason = forms.CharField(
        label="Why it stays", max_length=300, error_messages={"required": "Say why the plan stays."}
    )


class ThresholdsForm(forms.Form):
    """The clinic's thresholds of the list. Cleaned, they are `thresholds` and the `version` that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_000)
    adequate_weeks = forms.IntegerField(
        label="Weeks at an effective dose",
        help_text="From then on a trial is adequate, and a score that is not better puts a client on the list.",
    )
    better_percent = forms.IntegerField(
        label="Percent lower to count as better", help_text="Of the score when the medication began."
    )
    worse_points = forms.IntegerField(
        label="Points higher to count as worse",
        help_text="Than the score before, or than when a medication began.",
    )
    silent_weeks = forms.IntegerField(
        label="Weeks without a score", help_text="After so many a client is on the list for that alone."
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        numbers = {field.name: told.get(field.name, 0) for field in fields(Thresholds)}
        return {"thresholds": Thresholds(**numbers), "version": told.get("version", 0)}

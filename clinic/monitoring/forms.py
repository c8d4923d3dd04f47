"""Results as they are typed: the vital signs of a visit, and a few lines of a laboratory's report."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from clinic.core.forms import MOMENT_WITHIN_REACH, LongText
from clinic.core.rules import RuleBroken
from clinic.monitoring import rules
from clinic.monitoring.models import WhyWithdrawn
from clinic.monitoring.rules import GROUPS, KINDS, Given
from clinic.monitoring.rules.gain import LONGEST_REVIEW
from clinic.monitoring.rules.gathering import DueLine
from clinic.monitoring.rules.results import Kind

LINES = 8
# Typed in every visit, in fields of their own; everything else is chosen on a line.
IN_FIELDS = ("weight", "systolic", "diastolic", "heart_rate")
BETWEEN = "|"
ANSWER = "="


def value_field(label: str) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=9,
        decimal_places=4,
        widget=widget,
        error_messages={"invalid": "Enter a number alone, such as 74.5."},
    )


def choices() -> list[Any]:
    """Every kind that is chosen on a line with each of its units, grouped; the first choice is none."""
    by_group = [
        (
            group,
            [
                choice
                for kind in KINDS.values()
                if kind.group == group and kind.is_typed and kind.code not in IN_FIELDS
                for choice in choices_of(kind)
            ],
        )
        for group in GROUPS
    ]
    return [("", "Choose"), *by_group]


def choices_of(kind: Kind) -> list[tuple[str, str]]:
    """A kind with each of its units; one that is found or not found, with each answer, which needs no value."""
    if kind.answers:
        return [(f"{kind.code}{ANSWER}{value}", f"{kind.label}: {words}") for value, words in kind.answers.items()]
    return [(f"{kind.code}{BETWEEN}{unit}", f"{kind.label} ({unit})") for unit in kind.units]


class ResultsForm(forms.Form):
    """What was measured at one time; whatever stays empty was not measured."""

    taken_at = forms.DateTimeField(
        label="Taken",
        validators=MOMENT_WITHIN_REACH,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="For a laboratory result: when the sample was taken.",
    )
    weight = value_field("Weight")
    weight_unit = forms.ChoiceField(
        label="Unit of weight", required=False, choices=[(unit, unit) for unit in reversed(KINDS["weight"].units)]
    )
    systolic = value_field("Systolic, mmHg")
    diastolic = value_field("Diastolic, mmHg")
    heart_rate = value_field("Heart rate, per minute")
    note = forms.CharField(label="Note", required=False, max_length=300)

    def __init__(self, *args: Any, check_taken_at: Callable[[datetime], None] | None = None, **kwargs: Any) -> None:
        """`check_taken_at` refuses an instant beside all else that is wrong; the deed looks at it again."""
        super().__init__(*args, **kwargs)
        self.check_taken_at = check_taken_at
        for line in range(1, LINES + 1):
            self.fields[f"kind_{line}"] = forms.ChoiceField(label=f"Result {line}", required=False, choices=choices())
            self.fields[f"value_{line}"] = value_field(f"Value {line}")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for line in range(1, LINES + 1):
            kind, value = f"kind_{line}", f"value_{line}"
            if ANSWER in (cleaned.get(kind) or ""):
                cleaned[value] = Decimal(cleaned[kind].partition(ANSWER)[2])
            elif cleaned.get(kind) and cleaned.get(value) is None and value not in self.errors:
                self.add_error(value, "Enter the value.")
            elif cleaned.get(value) is not None and not cleaned.get(kind):
                self.add_error(kind, "Choose what was measured.")
        for name, given in self._given():
            self._hold_against_the_catalogue(name, given)
        if self.check_taken_at and cleaned.get("taken_at"):
            self._refused_beside("taken_at", partial(self.check_taken_at, cleaned["taken_at"]))
        return cleaned

    def _hold_against_the_catalogue(self, name: str, given: Given) -> None:
        self._refused_beside(name, partial(rules.check_result, given))

    def _refused_beside(self, name: str, check: Callable[[], object]) -> None:
        try:
            check()
        except RuleBroken as refusal:
            self.add_error(name, refusal.reason)

    def _given(self) -> list[tuple[str, Given]]:
        """The name of the field and what was typed into it, for every value with its kind."""
        said = self.cleaned_data
        found = [
            (code, Given(code, said[code], self._unit_of(code))) for code in IN_FIELDS if said.get(code) is not None
        ]
        for line in range(1, LINES + 1):
            kind, _, unit = (said.get(f"kind_{line}") or "").partition(ANSWER)[0].partition(BETWEEN)
            value: Decimal | None = said.get(f"value_{line}")
            if kind and value is not None:
                found.append((f"value_{line}", Given(kind, value, unit or KINDS[kind].unit)))
        return found

    def _unit_of(self, code: str) -> str:
        typed = self.cleaned_data.get("weight_unit") if code == "weight" else ""
        return typed or KINDS[code].unit

    @property
    def results(self) -> list[Given]:
        """Everything that was typed."""
        return [given for _, given in self._given()]

    def vitals(self) -> list[BoundField]:
        return [self[name] for name in ("weight", "weight_unit", "systolic", "diastolic", "heart_rate")]

    def lines(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"kind_{line}"], self[f"value_{line}"]) for line in range(1, LINES + 1)]


def lines_to_enter(asked: str) -> dict[str, str]:
    """The lines that name already what an address asks for, kinds between commas; an answer is never chosen for one."""
    kinds = [KINDS[code] for code in asked.split(",") if code in KINDS and code not in IN_FIELDS]
    chosen = [kind for kind in kinds if kind.is_typed and not kind.answers][:LINES]
    return {f"kind_{line}": choices_of(kind)[0][0] for line, kind in enumerate(chosen, start=1)}


class GainReviewForm(forms.Form):
    """What was looked at and decided about weight that was gained."""

    about = forms.CharField(max_length=120, widget=forms.HiddenInput)
    words = LongText(
        label="Reviewed: what was looked at and decided",
        max_length=LONGEST_REVIEW,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def gain_forms(gained: Sequence[DueLine], sent: GainReviewForm | None) -> list[tuple[DueLine, GainReviewForm]]:
    """Each gain that waits with a form of its own; the one that was sent keeps what was typed."""
    by_cause = {sent.data.get("about"): sent} if sent is not None else {}
    return [
        (line, by_cause.get(line.about) or GainReviewForm(initial={"about": line.about}, auto_id=f"id_{number}_%s"))
        for number, line in enumerate(gained)
    ]


class WithdrawForm(forms.Form):
    """Why a result is withdrawn."""

    because = forms.ChoiceField(
        label="Why", choices=WhyWithdrawn.choices, widget=forms.Select(attrs={"class": "form-select"})
    )


class ProtocolForm(forms.Form):
    """Use a protocol or do not; not to use it needs a reason."""

    decision = forms.ChoiceField(
        label="Decision", choices=[("used", "Use it"), ("off", "Do not use it")], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Source or reason", max_length=300, required=False, help_text="Needed if it shall not be used."
    )

    def clean(self) -> dict[str, Any]:
        """What was decided."""
        given = self.cleaned_data
        return {"is_used": given.get("decision") == "used", "note": given.get("note", "")}

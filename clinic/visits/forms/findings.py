"""Fields of what is found at a visit: mental status by domain, how each problem goes, vital signs, time spent.

Texts have no limit here, for a longer one would keep the rest of the note from being saved: lengths are judged when
the visit is signed. Fields that are the same in every visit are made once and shared by all forms, so no form may
change one: making them is slow, and a visit is saved every five seconds while somebody types.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django import forms

from clinic.checkins.rules.asking import WHY_MISSED
from clinic.core.forms import LongText
from clinic.monitoring.rules import KINDS
from clinic.visits.queries import Waiting
from clinic.visits.rules.copied import LONGEST_PHRASE_NAME, passage_field
from clinic.visits.rules.doses_told import HELPED, MISSED, adherence_field
from clinic.visits.rules.note import DOMAINS, NOT_ASSESSED
from clinic.visits.rules.problems import AT_GOAL, VITALS, Course, problem_field, vital_field
from clinic.visits.rules.telehealth import TEXTS, TICKED, TICKS, telehealth_field

LONGEST_NUMBER = 10
PHRASE_LABELS = {
    "subjective": "Phrase for the history",
    "assessment": "Phrase for the assessment",
    "next_steps": "Phrase for the next steps",
}
VITAL_LABELS = {
    "weight": "Weight",
    "systolic": "Systolic, mmHg",
    "diastolic": "Diastolic, mmHg",
    "heart_rate": "Heart rate, per minute",
}


def _buttons(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    widget = forms.RadioSelect(attrs={"class": "btn-check"})
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)


@cache
def mental_status_fields() -> dict[str, forms.Field]:
    """For each domain its findings to choose from and a field for own words."""
    fields: dict[str, forms.Field] = {}
    for key, domain in DOMAINS.items():
        choices = [(finding, finding) for finding in (*domain.findings, NOT_ASSESSED)]
        fields[f"ms_{key}"] = _buttons(domain.label, choices)
        fields[f"ms_{key}_words"] = forms.CharField(
            label=f"{domain.label}, in words",
            required=False,
            widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "In words"}),
        )
    return fields


def mental_status_of(cleaned: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The mental status from what was filled in."""
    return {
        key: {"choice": cleaned.get(f"ms_{key}", ""), "words": cleaned.get(f"ms_{key}_words", "")} for key in DOMAINS
    }


def problem_fields(problems: Sequence[Mapping[str, Any]]) -> dict[str, forms.Field]:
    """For each problem of the plan how it goes, and whether it is at its goal."""
    fields: dict[str, forms.Field] = {}
    for problem in problems:
        key = problem["id"].hex
        fields[problem_field(key, "course")] = _buttons(problem["text"], Course.choices)
        fields[problem_field(key, "at_goal")] = _buttons(f"{problem['text']}: goal", list(AT_GOAL.items()))
    return fields


def problems_of(cleaned: Mapping[str, Any], problems: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """How each problem goes from what was filled in, with its words as the plan has them today."""
    return {
        str(problem["id"]): {
            "text": problem["text"],
            **{part: cleaned.get(problem_field(problem["id"].hex, part), "") for part in ("course", "at_goal")},
        }
        for problem in problems
    }


@cache
def vital_fields() -> dict[str, forms.Field]:
    """What is measured at a visit, as typed: numbers are judged when the visit is signed."""
    fields: dict[str, forms.Field] = {}
    for code in VITALS:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "form-control"})
        fields[vital_field(code)] = forms.CharField(
            label=VITAL_LABELS[code], required=False, max_length=LONGEST_NUMBER, widget=widget
        )
    # Pounds first, as the scales of the clinic show them.
    units = [(unit, unit) for unit in reversed(KINDS["weight"].units)]
    select = forms.Select(attrs={"class": "form-select"})
    fields[vital_field("weight_unit")] = forms.ChoiceField(
        label="Unit of weight", required=False, choices=units, widget=select
    )
    fields["minutes"] = forms.CharField(
        label="Time spent, minutes",
        required=False,
        max_length=5,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "form-control"}),
    )
    return fields


def vitals_of(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """What was measured, as typed."""
    return {name: cleaned.get(vital_field(name), "") for name in (*VITALS, "weight_unit")}


@cache
def adherence_asked() -> dict[str, forms.Field]:
    """How doses were taken: how many were missed, why, what helps."""
    return {
        adherence_field("missed"): _buttons("Doses missed in the last 7 days", list(MISSED.items())),
        adherence_field("because"): forms.ChoiceField(
            label="Why, in the client's words",
            required=False,
            choices=[("", "Why?"), *WHY_MISSED.items()],
            widget=forms.Select(attrs={"class": "form-select"}),
        ),
        adherence_field("helped"): forms.CharField(
            label=HELPED,
            required=False,
            widget=forms.TextInput(attrs={"class": "form-control", "placeholder": HELPED}),
        ),
    }


def adherence_of(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """How doses were taken, from what was filled in."""
    return {name: cleaned.get(adherence_field(name), "") for name in ("missed", "because", "helped")}


@cache
def telehealth_fields() -> dict[str, forms.Field]:
    """The record of a visit by telehealth."""
    fields: dict[str, forms.Field] = {}
    for name, label in TICKS.items():
        fields[telehealth_field(name)] = forms.BooleanField(label=label, required=False)
    for name, label in TEXTS.items():
        fields[telehealth_field(name)] = forms.CharField(label=label, required=False)
    return fields


def telehealth_of(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """The record of a visit by telehealth from what was filled in."""
    ticked = {name: TICKED if cleaned.get(telehealth_field(name)) else "" for name in TICKS}
    return ticked | {name: cleaned.get(telehealth_field(name), "") for name in TEXTS}


def copying_fields(passages: Sequence[Waiting]) -> dict[str, forms.Field]:
    """A box for each text that was copied and is not reviewed."""
    fields: dict[str, forms.Field] = {}
    for one in passages:
        rows = min(max(3, one.text.count("\n") + 2), 12)
        fields[passage_field(one.id.hex)] = LongText(
            label=f"Copied from {one.came_from}",
            required=False,
            initial=one.text,
            widget=forms.Textarea(attrs={"rows": rows, "form": "visit", "class": "form-control"}),
        )
    return fields


@cache
def phrase_fields() -> dict[str, forms.Field]:
    """The name of a phrase for each part of the note."""
    fields: dict[str, forms.Field] = {}
    for part, label in PHRASE_LABELS.items():
        attrs = {"form": "visit", "list": "phrases", "autocomplete": "off", "class": "form-control"}
        fields[f"phrase_{part}"] = forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST_PHRASE_NAME,
            widget=forms.TextInput(attrs=attrs | {"placeholder": "Phrase"}),
        )
    return fields


@cache
def note_template_fields() -> dict[str, forms.Field]:
    """The name of a note template, to use or to give."""
    attrs = {"list": "note-templates", "autocomplete": "off", "class": "form-control"}
    name = forms.CharField(label="Note template", required=False, widget=forms.TextInput(attrs=attrs))
    return {"note_template": name}

"""The form of a visit: the note, and for each running medication what is decided."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.utils.text import capfirst

from clinic.core.forms import LONGEST_COUNT, LongText, tell
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.scheduling.models import Modality
from clinic.titration.rules.signing import MONITORED
from clinic.visits.forms.findings import (
    adherence_asked,
    adherence_of,
    copying_fields,
    mental_status_fields,
    mental_status_of,
    note_template_fields,
    phrase_fields,
    problem_fields,
    problems_of,
    telehealth_fields,
    telehealth_of,
    vital_fields,
    vitals_of,
)
from clinic.visits.queries import Around
from clinic.visits.rules.copied import passage_field
from clinic.visits.rules.decisions import (
    CHANGES_DOSE,
    LONGEST_RATIONALE,
    PROPOSAL_FIELDS,
    Asked,
    Decision,
    asked_fields,
    field_name,
)
from clinic.visits.rules.doses_told import adherence_field
from clinic.visits.rules.note import DOMAINS, NOTE_TEXTS, RISK_ANSWERS, Note
from clinic.visits.rules.problems import VITALS, problem_field, vital_field
from clinic.visits.rules.telehealth import TEXTS, telehealth_field

REASONS = {
    "benefit": "Benefit outweighs the risk",
    "tolerated": "Taken before and tolerated",
    "will_monitor": "Will monitor",
    "intended": "Intended and discussed with the client",
    "checks_unavailable": "Checks unavailable",
    "other": "Other",
}
OFFERED = (Decision.CONTINUE, Decision.INCREASE, Decision.DECREASE, Decision.HOLD, Decision.STOP)
LABELS = {
    "decision": "decision",
    "base_version": "version",
    "mg_per_day": "new amount",
    "on": "first day",
    "resume_on": "taken again from",
    "rationale": "rationale",
    "reason_code": "reason",
    "reason_words": "reason in words",
    "monitors": "what is measured",
    "monitor_by": "by which day",
    "monitor_owner": "by whom",
    "seen": "preview",
    "written": "rationale as written",
}


class StartForm(forms.Form):
    """Begins a visit, with one of today's appointments where one is named, else by the way to meet that is chosen."""

    appointment_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    modality = forms.ChoiceField(label="How you meet", choices=Modality.choices, required=False)

    def clean_modality(self) -> str:
        """In person, unless something else is chosen."""
        return self.cleaned_data["modality"] or Modality.IN_PERSON


class Unkept(NamedTuple):
    """A review of weight that was typed beside the note and could not be kept: about what, the words, why not."""

    about: str
    words: str
    reason: str


class VisitForm(forms.Form):
    """Everything of a draft; what is unfinished is kept as typed, so only what cannot be stored is refused here.

    `unkept` are the reviews that are to be mended; the note is saved without them.
    """

    unkept: Sequence[Unkept] = ()

    version = forms.IntegerField(widget=forms.HiddenInput)
    subjective = LongText(
        label="What the client reports",
        help_text="Since the last visit: symptoms, sleep, appetite, work, side effects, in their words.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    assessment = LongText(
        label="Assessment",
        help_text="What you make of it: better, stable or worse; at goal?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    risk_answer = forms.ChoiceField(
        label="Risk to self or others",
        choices=list(RISK_ANSWERS.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    next_steps = LongText(
        label="What follows",
        help_text="Next visit, laboratory tests, calls, what therapist and client were told.",
        required=False,
        # Drawn below the form of the page, with the medications in between.
        widget=forms.Textarea(attrs={"rows": 2, "form": "visit"}),
    )

    next_visit = forms.CharField(label="Next visit", required=False, max_length=40)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        around: Around,
        is_telehealth: bool = False,
        **options: Any,
    ):
        super().__init__(data, **options)
        self.around = around
        self.fields |= copying_fields(around.passages) | phrase_fields() | note_template_fields()
        self.fields |= adherence_asked() | vital_fields() | mental_status_fields() | problem_fields(around.problems)
        self.is_telehealth = is_telehealth
        if is_telehealth:
            self.fields |= telehealth_fields()
        for one in around.medications:
            self._add_decision(one.dose_plan_id, one.name)

    def _add_decision(self, dose_plan_id: UUID, medication: str) -> None:
        def add(name: str, kind: Callable[..., forms.Field], **options: Any) -> None:
            label = f"{capfirst(medication)}: {LABELS[name]}"
            self.fields[field_name(dose_plan_id, name)] = kind(label=label, required=False, **options)

        add("decision", forms.ChoiceField, choices=[("", ""), *((one.value, one.label) for one in OFFERED)])
        add("base_version", forms.IntegerField)
        for name in ("mg_per_day", "on", "resume_on"):
            add(name, forms.CharField, max_length=20)
        add("rationale", forms.CharField)
        add("reason_code", forms.ChoiceField, choices=[("", ""), *REASONS.items()])
        add("reason_words", forms.CharField)
        add("monitors", forms.ChoiceField, choices=[("", ""), *MONITORED.items()])
        for name in ("monitor_by", "monitor_owner"):
            add(name, forms.CharField, max_length=40)
        for name in ("seen", "written"):
            add(name, forms.CharField, max_length=LONGEST_RATIONALE)

    def asked(self) -> dict[UUID, Asked]:
        """What is decided, as typed, by dose plan; a rationale still as the portal wrote it is left to the portal."""
        return {one.dose_plan_id: self._asked(one.dose_plan_id) for one in self.around.medications}

    def _asked(self, dose_plan_id: UUID) -> Asked:
        typed = {name: self._typed(dose_plan_id, name) for name in (*PROPOSAL_FIELDS, "decision")}
        base = typed.pop("base_version")
        if typed["decision"] not in OFFERED:
            typed["decision"] = ""
        if typed["rationale"] == self._typed(dose_plan_id, "written"):
            typed["rationale"] = ""
        if "continue_all" in self.data:
            typed |= {"decision": Decision.CONTINUE.value, "rationale": ""}
        if typed["decision"] not in CHANGES_DOSE:
            typed = {"decision": typed["decision"], "rationale": typed["rationale"]}
        return Asked(dose_plan_id, base_version=_version(base), **typed)

    def _typed(self, dose_plan_id: UUID, name: str) -> str:
        return str(self.data.get(field_name(dose_plan_id, name), "")).strip()

    def seen(self, dose_plan_id: UUID) -> str:
        """The preview that the reader had before them."""
        return self._typed(dose_plan_id, "seen")

    def tell_unkept(self) -> None:
        """Say, once the note is saved, which reviews are not kept."""
        tell(self, (RuleBroken(f"Weight: {one.reason}") for one in self.unkept))

    def forget_what_is_the_same(self, stale: StaleRecord) -> None:
        """After a stale save only what differs is shown: a rationale left to the portal and what is preset do not."""
        typed = {name: text for one in self.asked().values() for name, text in asked_fields(one).items()}
        # Without a weight its unit is the one that the page presets, and nobody's word.
        if not self["vital_weight"].value() and not stale.theirs.get("vital_weight"):
            typed["vital_weight_unit"] = stale.theirs.get("vital_weight_unit", "")
        stale.theirs = {name: text for name, text in stale.theirs.items() if typed.get(name) != text}

    def mental_status(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For each domain its findings to choose from and the field for own words."""
        return [(self[f"ms_{key}"], self[f"ms_{key}_words"]) for key in DOMAINS]

    def problems(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For each problem of the plan how it goes, and whether it is at its goal."""
        keys = [problem["id"].hex for problem in self.around.problems]
        return [(self[problem_field(key, "course")], self[problem_field(key, "at_goal")]) for key in keys]

    def vitals(self) -> list[forms.BoundField]:
        """The vital signs, the weight with its unit, and the time spent."""
        return [self[vital_field(name)] for name in ("weight", "weight_unit", *VITALS[1:])] + [self["minutes"]]

    def adherence(self) -> list[forms.BoundField]:
        """How doses were taken: how many were missed, why, what helps."""
        return [self[adherence_field(name)] for name in ("missed", "because", "helped")]

    def telehealth(self) -> list[forms.BoundField]:
        """Identity, place, whom to call; the consent stands apart, for it is asked for once a year."""
        return [self[telehealth_field(name)] for name in ("identity", *TEXTS)] if self.is_telehealth else []

    def telehealth_consent(self) -> forms.BoundField:
        """Whether the client consents to telehealth."""
        return self[telehealth_field("consent")]

    def clean(self) -> dict[str, Any]:
        """The note and the decisions."""
        cleaned = self.cleaned_data
        texts = {name: cleaned.get(name, "") for name in NOTE_TEXTS}
        note = Note(
            **texts,
            mental_status=mental_status_of(cleaned),
            problems=problems_of(cleaned, self.around.problems),
            vitals=vitals_of(cleaned),
            telehealth=telehealth_of(cleaned) if self.is_telehealth else {},
            adherence=adherence_of(cleaned),
        )
        # A box that was not sent stands as it did: the text came in another tab.
        boxes = {one.id: passage_field(one.id.hex) for one in self.around.passages}
        passages = {key: cleaned.get(name, "") for key, name in boxes.items() if name in self.data}
        decisions = list(self.asked().values())
        return {"version": cleaned.get("version"), "note": note, "decisions": decisions, "passages": passages}


def time_chosen(data: Mapping[str, Any]) -> datetime | None:
    """The free time that was chosen for the next visit; None where none was."""
    try:
        chosen = datetime.fromisoformat(str(data.get("next_visit", "")))
    except ValueError:
        return None
    return chosen if chosen.tzinfo else None


class AddendumForm(forms.Form):
    """A correction or addition to a signed visit."""

    text = LongText(label="Add to this visit", widget=forms.Textarea(attrs={"rows": 3}))


def _version(text: str) -> int:
    """The version the page was drawn from; no version at all where that is no number a page would send."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_COUNT else 0

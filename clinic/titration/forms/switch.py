"""The form that lets one medication leave and another come in its place, under one signature."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict

from clinic.core.forms import LongText
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.titration.forms.fields import day_field
from clinic.titration.forms.new_plan import NewPlanForm
from clinic.titration.forms.reason import ReasonPart
from clinic.titration.forms.regimen import RADIO, RegimenForm
from clinic.titration.forms.running_plan import STOP, TAPER, RunningPlanForm
from clinic.titration.forms.signing import SigningForm, Team
from clinic.titration.models import DosePlanVersion
from clinic.titration.queries import SwitchBefore, Switching
from clinic.titration.rules import DosePlanResult
from clinic.titration.rules.schedules import Held
from clinic.titration.rules.switching import Begins, Coming, Leaving, Part, Proposal, first_day, overrides_of
from clinic.titration.rules.telling import tell_change, tell_start

BEGINS = [
    (Begins.OVERLAP.value, "Cross-taper: while the old one is still taken"),
    (Begins.DIRECT.value, "Direct switch: the day after the last dose"),
    (Begins.WASHOUT.value, "After a wash-out"),
]
Answer = TypeVar("Answer")


class LeavingForm(RunningPlanForm):
    """How the old medication leaves: a taper, or a stop on a day."""

    own_ways = [TAPER, STOP]

    way = forms.ChoiceField(label="How", widget=forms.RadioSelect(attrs=RADIO))
    on = day_field("From", "Of a stop: the first day without it.")


class SwitchForm(ReasonPart, SigningForm):
    """Two dose plans under one signature: `leaving` and `coming`, when the new one begins, why.

    Cleaned, it is what both deeds are given. After cleaning, `plans` are the two that they make, `looked` what
    stands before their signature, and `proposal` the first day without a wash-out.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    begins = forms.ChoiceField(label="The new one begins", choices=BEGINS, widget=forms.RadioSelect)
    start_on = day_field("First day of the new one", "Empty: as proposed beside.", required=False)
    reason = LongText(label="Why", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    plans: tuple[DosePlanResult, DosePlanResult] | None = None
    looked: SwitchBefore | None = None
    proposal: Proposal | None = None

    def __init__(
        self,
        data: QueryDict | None,
        *,
        current: DosePlanVersion,
        medication: Medication,
        parts: tuple[LeavingForm, NewPlanForm],
        switching: Switching,
        team: Team,
        seen: Callable[[], str] | None,
    ) -> None:
        self.seen = seen
        self.current, self.medication, self.switching = current, medication, switching
        self.leaving, self.coming = parts
        begins = Begins.WASHOUT if switching.asks_for_washout(self.leaving.initial["on"]) else Begins.OVERLAP
        super().__init__(data, team=team, initial={"version": current.number, "begins": begins.value})

    def clean(self) -> dict[str, Any]:
        """Both orders as they are typed, and the plans they make."""
        parts: Sequence[RegimenForm] = (self.leaving, self.coming)
        wrong = [part for part in parts if not part.is_valid()]
        try:
            held = self._lay_out()
        except RuleBroken as refusal:
            self.refuse(refusal)
            return {}
        if wrong:
            self.add_error(None, "Look at what is marked in the two medications first.")
        given, overrides = self.cleaned_data, self.overrides()
        template = self.coming.chosen_template()
        on = None if self.leaving.has_own_day() else self.leaving.cleaned_data["on"]
        return {
            "base_version": given.get("version"),
            "leaving": Leaving(held[0].order, on, overrides_of(Part.LEAVING, overrides)),
            "coming": Coming(
                self.medication.pk,
                held[1].order,
                self.coming.cleaned_data.get("treats", ""),
                template.key if template else "",
                overrides_of(Part.COMING, overrides),
                self.coming.agreement(),
            ),
            "reason": given.get("reason", ""),
        }

    def _lay_out(self) -> tuple[Held, Held]:
        leaving = self._of(self.leaving, self.leaving.lay_out)
        self.proposal = self.switching.washed_out(leaving.plan)
        start_on = first_day(
            Begins(self.needed("begins")),
            self.leaving.old,
            leaving.plan,
            self.leaving.needed("on"),
            typed=self.cleaned_data.get("start_on"),
            washed_out_on=self.proposal.on if self.proposal else None,
        )
        coming = self._of(self.coming, lambda: self.coming.lay_out(start_on))
        day = self.leaving.first_day(leaving.plan)
        self.plans = (leaving.plan, coming.plan)
        self.looked = self.switching.before(self.leaving.old, leaving.plan, day, coming.plan)
        self.ask_about(self.looked.stops)
        left = tell_change(self.current.dose_plan.medication.name, self.leaving.old, leaving.plan, day)
        self.write_reason(f"{left.words}. {tell_start(self.medication.name, coming.plan).words}")
        return leaving, coming

    def _of(self, part: RegimenForm, lay_out: Callable[[], Answer]) -> Answer:
        """What a part lays out; what it refuses stands beside its own fields."""
        try:
            return lay_out()
        except RuleBroken as refusal:
            part.refuse(refusal)
            raise RuleBroken(next(iter(self._faults_of(part)), refusal.reason)) from refusal

    def faults(self) -> list[str]:
        """What is missing or wrong, for the page: each sentence once, with its medication and field."""
        own = [f"{field.label}: {error}" for field in self.visible_fields() for error in field.errors]
        sentences = [*self.non_field_errors(), *own, *self._faults_of(self.leaving), *self._faults_of(self.coming)]
        return list(dict.fromkeys(str(one) for one in sentences))

    def _faults_of(self, part: RegimenForm) -> list[str]:
        name = self.medication.name if part is self.coming else str(self.current.dose_plan.medication)
        of = f"{name[:1].upper()}{name[1:]}"
        general = [f"{of}: {error}" for error in part.non_field_errors()]
        return general + [f"{of}, {field.label}: {one}" for field in part.visible_fields() for one in field.errors]

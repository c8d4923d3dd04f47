"""The form that records missed doses and signs how the plan goes on."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.core.forms import LongText, offer
from clinic.core.rules import RuleBroken
from clinic.formulary.rules import AfterGap
from clinic.titration.forms.fields import day_field
from clinic.titration.forms.signing import SigningForm, Team
from clinic.titration.models import DosePlanVersion
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult, build_plan
from clinic.titration.rules.missing import Onward, check_onward, gap_of, order_after
from clinic.titration.rules.schedules import Label
from clinic.titration.rules.telling import tell_gap

ONWARD = [
    (Onward.RESUME.value, "Go on where it was left: later days move"),
    (Onward.KEEP.value, "Go on with today's planned dose: no day moves"),
    (Onward.RESTART.value, "Begin again by a label schedule"),
]


class MissedForm(SigningForm):
    """Missed doses. Cleaned: version, last day taken, how it goes on and by which schedule, reason, overrides.

    `after` is what the restart rules say of the gap, once a last day is given; `told` is what everyone will read.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    last_taken_on = day_field("Last taken on", "The last day on which the client took it.")
    onward = forms.ChoiceField(label="From today", choices=ONWARD, widget=forms.RadioSelect, initial="resume")
    template = forms.ChoiceField(label="Label schedule", required=False)
    is_confirmed = forms.BooleanField(label="I confirm that it may go on", required=False)
    reason = LongText(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    after: AfterGap | None = None
    told = ""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        current: DosePlanVersion,
        label: Label,
        after_gap: Callable[[date], AfterGap],
        offered: list[dict[str, Any]],
        team: Team,
        before: Callable[[DosePlanResult, DosePlanResult, date], Before],
        today: date,
    ) -> None:
        self.current, self.label, self.offered, self.today = current, label, offered, today
        self._after_gap, self._look_before = after_gap, before
        fitting = label.choice.template
        initial = {"version": current.number, "template": fitting.key if fitting else ""}
        super().__init__(data, team=team, initial=initial)
        schedules = [(one.key, one.title) for one in label.templates if one.kind != "taper"]
        offer(self, "template", [("", "Choose"), *schedules])

    def clean(self) -> dict[str, Any]:
        """What the service needs, and the plan it makes."""
        try:
            self._lay_out()
        except RuleBroken as refusal:
            self.refuse(refusal)
        given = self.cleaned_data
        return {
            "base_version": given.get("version"),
            "last_taken_on": given.get("last_taken_on"),
            "onward": Onward(given["onward"]) if given.get("onward") else None,
            "template": given.get("template", ""),
            "is_confirmed": given.get("is_confirmed", False),
            "reason": given.get("reason", ""),
            "overrides": self.overrides(),
        }

    def _lay_out(self) -> None:
        last_taken_on = self.needed("last_taken_on")
        old = build_plan(self.current.order)
        gap = gap_of(old, last_taken_on, self.today)
        self.after = self._after_gap(last_taken_on)
        onward = Onward(self.needed("onward"))
        check_onward(onward, self.after, is_confirmed=self.cleaned_data.get("is_confirmed", False))
        begins_again = onward is Onward.RESTART
        template = self.label.chosen(self.needed("template")) if begins_again else None
        order = order_after(onward, self.current.order, gap, template=template, offered=self.offered)
        self.plan = self.label.hold(order, template.key if template else self.current.template).plan
        self.told = tell_gap(self.current.dose_plan.medication.name, old, self.plan, gap, onward).words
        self.ask_reasons(self._look_before(old, self.plan, self.today))

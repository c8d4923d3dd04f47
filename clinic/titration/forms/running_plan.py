"""How a running dose plan is ordered anew from a day on: what changing it and letting it go share."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from clinic.core.forms import offer
from clinic.titration.forms.fields import day_field
from clinic.titration.forms.regimen import RADIO, TEMPLATE, RegimenForm, Way
from clinic.titration.forms.signing import Team
from clinic.titration.models import DosePlanVersion
from clinic.titration.rules import DosePlanResult, build_plan, step_on
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.offering import Offer, offers_of
from clinic.titration.rules.running import mg_on, order_from, order_with, rest_of, takes_effect_on
from clinic.titration.rules.schedules import Held, Label, tapers_from

TAPER = ("taper", "Fall step by step (taper)")
STOP = ("stop", "Stop")
# These move steps that are still to come.
OF_COMING_STEPS = frozenset({"early", "slow"})
# These say by themselves from which day on amounts differ.
WITH_OWN_DAY = frozenset({"pause", "slow", "stop"})


class RunningPlanForm(RegimenForm):
    """A running dose plan from a day on. Label tapers are offered that begin no higher than what is taken."""

    own_ways: ClassVar[Sequence[tuple[str, str]]] = ()

    way = forms.ChoiceField(label="What changes", widget=forms.RadioSelect(attrs=RADIO))
    on = day_field("From")

    def __init__(
        self,
        data: QueryDict | None,
        *,
        current: DosePlanVersion,
        label: Label,
        offers: Sequence[Offer],
        team: Team,
        today: date,
        initial: dict[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        self.current, self.label = current, label
        self.old = build_plan(current.order)
        own = offers_of(current.order["products"])
        every = {offer.key: offer for offer in [*offers, *own]}
        first_day = max(today, self.old.order.start_on)
        first_values = {
            "way": self.own_ways[0][0],
            "on": first_day,
            "unit_mg": plain(self.old.order.shelf.smallest_mg),
            **_what_is_taken(self.old, first_day),
        }
        super().__init__(
            data,
            offers=list(every.values()),
            chosen=[offer.key for offer in own],
            team=team,
            initial={**first_values, **(initial or {})},
            prefix=prefix,
        )
        tapers = tapers_from(label.templates, mg_on(self.old, first_day))
        self.templates = {f"{TEMPLATE}{one.key}": one for one in tapers}
        has_coming = any(step.first_on > first_day for step in self.old.steps)
        own_ways = [way for way in self.own_ways if has_coming or way[0] not in OF_COMING_STEPS]
        offer(self, "way", [*((key, one.title) for key, one in self.templates.items()), *own_ways])

    def ways(self) -> list[Way]:
        """The label's tapers, then the ways by hand."""
        return [Way(radio, self.templates.get(str(radio.data["value"]))) for radio in self["way"]]

    def lay_out(self) -> Held:
        """The whole order as it shall now read, held against the label, with the plan it makes."""
        held = self.label.hold({**self.order(), "limits": {}}, self.current.template)
        self.plan = held.plan
        return held

    def order(self) -> dict[str, Any]:
        """The whole order as it shall now read."""
        way, on = self.needed("way"), self.needed("on")
        if way == STOP[0]:
            return self.with_change(way, on)
        return order_from(on, self.current.order, self.steps_from(way, on), products=self.chosen_products())

    def steps_from(self, way: str, on: date) -> list[dict[str, Any]]:
        """The steps from the day on."""
        if template := self.templates.get(way):
            return rest_of(build_plan({**self.bare_order(on), **template.regimen}), on)
        return self.laid_out("taper", self.taper(), on)

    def with_change(self, action: str, on: date, **length: int) -> dict[str, Any]:
        """The order with one change of the contract."""
        return order_with(self.current.order, {"on": on.isoformat(), "action": action, **length})

    def laid_out(self, regimen: str, typed: Mapping[str, Any], on: date) -> list[dict[str, Any]]:
        """A rise or fall as steps, from the day on."""
        return rest_of(build_plan({**self.bare_order(on), regimen: typed}), on)

    def bare_order(self, on: date) -> dict[str, Any]:
        """The products and the first day, without any regimen."""
        return {"start_on": on.isoformat(), "products": self.chosen_products()}

    def has_own_day(self) -> bool:
        """Whether the change itself says from which day on amounts differ."""
        return self.cleaned_data.get("way") in WITH_OWN_DAY

    def first_day(self, plan: DosePlanResult) -> date:
        """The day the change takes effect."""
        differs_on = takes_effect_on(self.old, plan) if self.has_own_day() else None
        on: date = differs_on or self.needed("on")
        return on


def _what_is_taken(plan: DosePlanResult, day: date) -> dict[str, Any]:
    """The times and the amount that the plan has on a day, to begin with."""
    step = step_on(plan, day)
    if step is None or not step.doses:
        return {}
    amount = plain(step.mg_per_day)
    return {"times": [dose.time.value for dose in step.doses], "mg_per_day": amount, "from_mg": amount}

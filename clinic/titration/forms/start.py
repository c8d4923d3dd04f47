"""The form that starts a dose plan."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.titration.forms.fields import day_field
from clinic.titration.forms.new_plan import NewPlanForm
from clinic.titration.forms.signing import Team
from clinic.titration.models import FavouriteRegimen
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult
from clinic.titration.rules.offering import Offer
from clinic.titration.rules.schedules import Label


class StartForm(NewPlanForm):
    """A new dose plan. Cleaned, it is the `order`, what it `treats`, the `overrides` and the `template`, if one."""

    start_on = day_field("First day")
    favourite_name = forms.CharField(label="Keep as a favourite named", max_length=100, required=False)

    field_order = ["treats", "start_on", "products", "times", "way"]

    def __init__(
        self,
        data: QueryDict | None,
        *,
        medication: Medication,
        label: Label,
        favourites: Sequence[FavouriteRegimen],
        offers: Sequence[Offer],
        problems: Sequence[str],
        team: Team,
        consent: Mapping[str, Any] | None,
        before: Callable[[DosePlanResult], Before],
        today: date,
    ) -> None:
        self.look_before = before
        super().__init__(
            data,
            medication=medication,
            label=label,
            favourites=favourites,
            offers=offers,
            problems=problems,
            team=team,
            consent=consent,
            initial={"start_on": today},
        )

    def clean(self) -> dict[str, Any]:
        """The order that is typed, and the plan it makes; `kept_as` stands beside, it is not signed."""
        self.kept_as = self.cleaned_data.get("favourite_name", "")
        try:
            held = self.lay_out(self.needed("start_on"))
            self.ask_reasons(self.look_before(held.plan))
        except RuleBroken as refusal:
            self.refuse(refusal)
            return {}
        template = self.chosen_template()
        return {
            "order": held.order,
            "treats": self.cleaned_data.get("treats", ""),
            "overrides": self.overrides(),
            "template": template.key if template else "",
            "consent": self.agreement(),
        }

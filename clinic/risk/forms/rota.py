"""The forms of the on-call rota."""

from collections.abc import Collection
from typing import Any

from django import forms

from clinic.core.forms import MOMENT_WITHIN_REACH, offer
from clinic.risk.rules.rota import Hours, Place
from clinic.staff.models import User


class MomentField(forms.DateTimeField):
    """A day and a time of the clinic's clock."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, validators=MOMENT_WITHIN_REACH, **more)


class TurnForm(forms.Form):
    """Who is on call, in which place of which rota, from when to when."""

    user = forms.ChoiceField(label="Who", error_messages={"required": "Choose who is on call."})
    place = forms.ChoiceField(
        label="Place",
        choices=[(place.value, place.label) for place in Place],
        help_text="The first is told at once, the second and the lead while nobody has taken the alert on.",
    )
    hours = forms.ChoiceField(label="Rota", choices=[(hours.value, hours.label) for hours in Hours])
    starts_at = MomentField(label="From", error_messages={"required": "Enter when the turn begins."})
    ends_at = MomentField(label="Until", error_messages={"required": "Enter when the turn ends."})

    def __init__(self, *args: Any, people: Collection[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(user.pk), user.full_name) for user in people]
        offer(self, "user", [("", "Choose a person"), *names])


class ChannelsForm(forms.Form):
    """How one is told when on call."""

    by_email = forms.BooleanField(label="By e-mail", required=False)
    by_sms = forms.BooleanField(label="By text message", required=False)

"""The question that every page by link asks first, and what a provider's calls must hold."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.clients.models import MessagePurpose
from clinic.messaging.models import Channel, ReportedState


class BirthYearForm(forms.Form):
    year = forms.IntegerField(
        label=_("What year were you born?"),
        help_text=_("Four digits, such as 1984. If you fill this in for your child: your child's year."),
        min_value=1900,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
        error_messages={
            "required": _("Write the year you were born."),
            "invalid": _("Write the year as four digits, such as 1984."),
            "min_value": _("Write the year as four digits, such as 1984."),
            "max_value": _("Write the year as four digits, such as 1984."),
        },
    )


class WishForm(forms.Form):
    """Whether a client by link wants messages of the kind that led to the page."""

    wants = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda said: said == "yes")


def _of_each_purpose() -> forms.TypedMultipleChoiceField:
    boxes = [(f"{channel}:{purpose}", "") for channel in Channel for purpose in MessagePurpose]
    return forms.TypedMultipleChoiceField(required=False, choices=boxes, coerce=lambda said: tuple(said.split(":")))


class ConsentForm(forms.Form):
    """Which messages a client agrees to, a box for each channel and purpose, and which they did when it was opened."""

    agreed = _of_each_purpose()
    read = _of_each_purpose()


class ReasonForm(forms.Form):
    """Why somebody does something to messages by hand."""

    reason = forms.CharField(label="Why", max_length=200, help_text="Others read this. Nothing about a person's care.")


class ChannelForm(forms.Form):
    """Which channel is meant."""

    channel = forms.TypedChoiceField(choices=Channel.choices, coerce=Channel)


class PauseForm(ChannelForm, ReasonForm):
    """Which channel is paused, and why."""


class NoFieldsForm(forms.Form):
    """A deed that needs no more words than its button."""


class ShippedTextForm(forms.Form):
    """Which text that came with the portal somebody has read."""

    about_kind = forms.CharField(max_length=30)
    language = forms.ChoiceField(choices=[("en", "English"), ("es", "Spanish")])


class TextForm(ShippedTextForm):
    """What messages of one kind are to say in one language."""

    words = forms.CharField(max_length=80)
    subject = forms.CharField(max_length=80)


class ReportForm(forms.Form):
    """A delivery report of the SMS gateway."""

    event_id = forms.CharField(max_length=100)
    reference = forms.CharField(max_length=100)
    state = forms.TypedChoiceField(choices=ReportedState.choices, coerce=ReportedState)
    at = forms.DateTimeField()


class InboundForm(forms.Form):
    """An answer to an SMS; a picture comes without words."""

    sender = forms.CharField(max_length=40)
    text = forms.CharField(max_length=4000, required=False, strip=False)

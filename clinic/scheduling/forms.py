"""Forms of the schedule."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.core.forms import MOMENT_WITHIN_REACH, WITHIN_REACH, LongText, offer
from clinic.scheduling import rules
from clinic.scheduling.models import AppointmentKind, Modality, ReplyKind, Weekday
from clinic.staff.models import User


class DayForm(forms.Form):
    """Which day the list shows."""

    on = forms.DateField(
        label="Day", required=False, validators=WITHIN_REACH, widget=forms.DateInput(attrs={"type": "date"})
    )


class FindTimesForm(forms.Form):
    """With whom, for what, from which day on."""

    clinician = forms.ModelChoiceField(queryset=User.objects.none(), label="With", empty_label="Choose")
    kind = forms.ChoiceField(choices=AppointmentKind.choices, label="For")
    from_day = forms.DateField(label="From", validators=WITHIN_REACH, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, clinicians: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_clinicians(self, clinicians)
        _offer_kinds(self, kinds)


def _offer_clinicians(form: forms.Form, clinicians: Any) -> None:
    """Only those whom the page may name."""
    cast("forms.ModelChoiceField[User]", form.fields["clinician"]).queryset = clinicians


def _offer_kinds(form: forms.Form, kinds: Sequence[str]) -> None:
    offer(form, "kind", ((kind, words) for kind, words in AppointmentKind.choices if kind in kinds))


class FromDayForm(forms.Form):
    """From which day on other times are looked for."""

    from_day = forms.DateField(
        label="Free times from", validators=WITHIN_REACH, widget=forms.DateInput(attrs={"type": "date"})
    )


class HandOverForm(FromDayForm):
    """Who holds an appointment in place of somebody who works here no longer, and from which day on."""

    clinician = forms.ModelChoiceField(queryset=User.objects.none(), label="With", empty_label="Choose")
    field_order = ["clinician", "from_day"]

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_clinicians(self, clinicians)


class TimeForm(forms.Form):
    """One of the free times, under a heading for each day and way to meet; `words` gives heading and time."""

    starts_at = forms.TypedChoiceField(
        label="Free times",
        # With Back a browser chooses again by place in the list, and other times may be free by then.
        widget=forms.RadioSelect(attrs={"autocomplete": "off"}),
        coerce=datetime.fromisoformat,
        error_messages={
            "required": "Choose one of the free times.",
            "invalid_choice": "That time is not free any more.",
        },
    )

    def __init__(self, *args: Any, times: list[rules.FreeTime], words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(times, words)

    def offer(self, times: list[rules.FreeTime], words: Any) -> None:
        """Show these times; asked again after somebody was faster, the taken one is no longer among them."""
        days = groupby(((*words(time), time) for time in times), key=itemgetter(0))
        offer(
            self,
            "starts_at",
            ((day, [(time.starts_at.isoformat(), clock) for _, clock, time in rows]) for day, rows in days),
        )

    @property
    def was_too_late(self) -> bool:
        """A time was chosen, and it is not free any more."""
        return self.is_bound and bool(self.data.get("starts_at")) and "starts_at" in self.errors


class MoveForm(TimeForm):
    """Another time for an appointment, which was moved so often when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class BookForm(TimeForm):
    modality = forms.ChoiceField(choices=Modality.choices, label="How")
    note_for_desk = forms.CharField(
        label="Note for the desk",
        required=False,
        max_length=200,
        help_text="Nothing clinical: everybody at the desk reads it.",
    )


class MarkForm(forms.Form):
    """What became of the appointment."""

    status = forms.ChoiceField(
        label="What became of it",
        choices=[],
        error_messages={"invalid_choice": "Somebody has said meanwhile what became of this appointment: see above."},
    )
    # Of two lines: in a field of one, the return key would press the first of the buttons.
    reason = LongText(
        label="Why, if it is cancelled", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, moves: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "status", moves)


class ReplyForm(forms.Form):
    """What a client says by link to their appointment."""

    reply = forms.TypedChoiceField(choices=ReplyKind.choices, coerce=ReplyKind)
    words = forms.CharField(
        label=_("Which days and times suit you?"),
        required=False,
        max_length=200,
        help_text=_("Such as: Tuesdays after 3 pm. We will call you to agree on a time."),
    )


class HoursForm(forms.Form):
    """Weekly hours in the clinic's wall-clock time."""

    clinician = forms.ModelChoiceField(queryset=User.objects.none(), empty_label="Choose")
    weekday = forms.TypedChoiceField(choices=Weekday.choices, coerce=int)
    begins = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}))
    modality = forms.ChoiceField(choices=Modality.choices, label="How")
    valid_from = forms.DateField(label="From", validators=WITHIN_REACH, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_clinicians(self, clinicians)


class TimeOffForm(forms.Form):
    """A span without clients."""

    clinician = forms.ModelChoiceField(queryset=User.objects.none(), empty_label="Choose")
    starts_at = forms.DateTimeField(
        label="From", validators=MOMENT_WITHIN_REACH, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    ends_at = forms.DateTimeField(
        label="Until", validators=MOMENT_WITHIN_REACH, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_clinicians(self, clinicians)


class WaitlistForm(forms.Form):
    kind = forms.ChoiceField(choices=AppointmentKind.choices, label="For")
    times_that_suit = forms.CharField(label="Times that suit", required=False, max_length=200)

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_kinds(self, kinds)

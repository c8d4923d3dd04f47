"""The client's forms behind a link, and the team's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.checkins import rules
from clinic.core.forms import LongText, offer
from clinic.scales.forms import symptom_field
from clinic.scales.rules import Instrument
from clinic.scales.rules.symptoms import LEAST, MOST

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LAST_ASKED = ("words", "needs_refill", "wants_visit", "wants_call")
NOT_ANSWERED = ("skip", _("Rather not say"))


def _said(words: Mapping[Any, str]) -> list[tuple[Any, Any]]:
    """Choices in the reader's language; what is kept for staff stays in theirs."""
    return [(value, _(said)) for value, said in words.items()]


def _points(value: str) -> int | None:
    return None if value == NOT_ANSWERED[0] else int(value)


def _how_much() -> list[tuple[Any, Any]]:
    """From 0 to 10, the ends in words."""
    ends = {LEAST: _("0, not at all"), MOST: _("10, as bad as it can be")}
    return [("", _("Rather not say")), *((value, ends.get(value, str(value))) for value in range(LEAST, MOST + 1))]


@dataclass(frozen=True, slots=True)
class Screen:
    """What of the questions stands on the phone at once."""

    title: "StrOrPromise"
    fields: list[forms.BoundField]

    @property
    def is_wrong(self) -> bool:
        """Whether something of it must be answered, or answered in another way."""
        return any(field.errors for field in self.fields)


class AnswerForm(forms.Form):
    """The questions of one check-in; those of the scale are added by its definition."""

    feeling = forms.TypedChoiceField(
        label=_("How are you on it?"),
        coerce=int,
        choices=_said(rules.FEELINGS),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you are on it.")},
    )
    doses_missed = forms.TypedChoiceField(
        label=_("In the last 7 days, how many doses did you miss?"),
        help_text=_("Missing some is common. Please do not take extra to catch up; ask us."),
        coerce=int,
        choices=[("", _("Choose")), (0, _("None")), *((n, str(n)) for n in range(1, 7)), (7, _("7 or more"))],
        error_messages={"required": _("Choose how many doses you missed.")},
    )
    missed_because = forms.ChoiceField(
        label=_("If you missed any: why?"),
        choices=[("", _("I missed none, or rather not say")), *_said(rules.WHY_MISSED)],
        required=False,
    )
    thinks_of_stopping = forms.BooleanField(label=_("I am thinking of stopping this medication"), required=False)
    # Several lines tall, for in one line Enter would send what is not finished.
    own_effect = LongText(
        label=_("Something else? In your own words"),
        max_length=120,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    own_bother = forms.TypedChoiceField(
        label=_("How much does that bother you?"),
        coerce=int,
        choices=_said(rules.BOTHER),
        initial=0,
        required=False,
    )
    words = LongText(
        label=_("Anything else you want us to know?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    needs_refill = forms.BooleanField(label=_("I run out of this medication soon and need more"), required=False)
    wants_visit = forms.BooleanField(label=_("I would like an appointment sooner"), required=False)
    wants_call = forms.BooleanField(label=_("I would like someone to call me"), required=False)

    def __init__(
        self,
        *args: Any,
        scale: Instrument | None,
        after_a_cut: bool,
        symptoms: Sequence[tuple[UUID, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        self.symptoms = symptoms
        for key, words in symptoms:
            self.fields[symptom_field(key)] = forms.TypedChoiceField(
                label=words, coerce=int, choices=_how_much, required=False, empty_value=None
            )
        self.effects = rules.effects_asked(after_a_cut=after_a_cut)
        for code, words in self.effects.items():
            self.fields[f"effect_{code}"] = forms.TypedChoiceField(
                label=_(words), coerce=int, choices=_said(rules.BOTHER), initial=0, required=False, empty_value=None
            )
        for number, item in enumerate(scale.items if scale else (), start=1):
            choices = [(choice.value, choice.label) for choice in item.choices]
            self.fields[f"item_{number}"] = forms.TypedChoiceField(
                label=item.text,
                coerce=_points,
                choices=[*choices, NOT_ANSWERED],
                widget=forms.RadioSelect,
                required=False,
                empty_value=None,
            )

    def screens(self) -> list[Screen]:
        """One question a screen, in the order in which they are asked; the scale has one for each of its items."""
        effects = [self[f"effect_{code}"] for code in self.effects]
        return [
            Screen(_("How it goes"), [self["feeling"]]),
            Screen(_("Doses"), [self["doses_missed"], self["missed_because"]]),
            Screen(_("Does any of this bother you?"), [*effects, self["own_effect"], self["own_bother"]]),
            Screen(_("Going on with it"), [self["thinks_of_stopping"]]),
            *([Screen(_("How much of it is there now?"), self._symptom_fields())] if self.symptoms else []),
            *(Screen(self.scale.stem, [item]) for item in self.item_fields() if self.scale),
            Screen(
                _("Before you send"), [self["words"], self["needs_refill"], self["wants_visit"], self["wants_call"]]
            ),
        ]

    def _symptom_fields(self) -> list[forms.BoundField]:
        return [self[symptom_field(key)] for key, _words in self.symptoms]

    def item_fields(self) -> list[forms.BoundField]:
        """The questions of the scale, in its order."""
        return [self[name] for name in self.fields if name.startswith("item_")]

    def clean(self) -> dict[str, Any]:
        """One value, `answers`, as the rules take it; own words without a degree are kept as a little."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        effects = [
            rules.SideEffect(code, words, told[f"effect_{code}"])
            for code, words in self.effects.items()
            if told[f"effect_{code}"]
        ]
        if told["own_effect"]:
            effects.append(rules.SideEffect("own", told["own_effect"], told["own_bother"] or 1))
        answers = rules.Answers(
            feeling=told["feeling"],
            doses_missed=told["doses_missed"],
            side_effects=tuple(effects),
            scale=tuple(told[field.name] for field in self.item_fields()),
            wants_call=told["wants_call"],
            words=told["words"],
            needs_refill=told["needs_refill"],
            missed_because=told["missed_because"],
            thinks_of_stopping=told["thinks_of_stopping"],
            wants_visit=told["wants_visit"],
            symptoms=tuple(
                (key, value) for key, _words in self.symptoms if (value := told[symptom_field(key)]) is not None
            ),
        )
        return {"answers": answers}


class HandOverForm(forms.Form):
    """Which scales a client is to fill in on this device, and in which language."""

    instruments = forms.MultipleChoiceField(
        label="Questionnaires",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    language = forms.ChoiceField(
        label="Language", choices=[("en", "English"), ("es", "Spanish, where its wording is free to use")]
    )

    def __init__(self, *args: Any, instruments: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "instruments", instruments.items())


class ProtocolForm(forms.Form):
    """When one check-in is asked, and when no answer is a silence."""

    occasion = forms.ChoiceField(choices=[(one.value, one.label) for one in rules.Occasion], widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    is_on = forms.BooleanField(label="Ask", required=False)
    days = forms.IntegerField(label="Days")
    silent_after_hours = forms.IntegerField(label="Hours without an answer until the care team is told")
    silences_told = forms.IntegerField(label="Silences in a row until the prescriber is told")
    instrument = forms.ChoiceField(label="Scale it asks", required=False)

    def __init__(self, *args: Any, anchor: str, instruments: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].label = anchor.capitalize()
        offer(self, "instrument", [("", "By the plan's goals and what was answered last"), *instruments.items()])

    def clean(self) -> dict[str, Any]:
        """The protocol as the rules take it, and upon which version it was set."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        version, occasion = told.pop("version"), rules.Occasion(told.pop("occasion"))
        return {"protocol": rules.Protocol(occasion=occasion, **told), "version": version}


class TriageForm(forms.Form):
    """How soon one rule of triage wants a person."""

    code = forms.ChoiceField(choices=[(one.value, one.label) for one in rules.WorryCode], widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    level = forms.ChoiceField(label="How soon", choices=[(one.value, one.label) for one in rules.Level])
    at_least = forms.TypedChoiceField(label="From", coerce=int, required=False, empty_value="1")

    def __init__(self, *args: Any, of: rules.WorryCode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of is rules.WorryCode.DOSES_MISSED:
            choices = [(n, f"{n} in 7 days") for n in range(1, rules.MOST[of] + 1)]
        else:
            choices = [(n, rules.BOTHER[n]) for n in range(1, rules.MOST.get(of, 0) + 1)]
        offer(self, "at_least", choices)
        if not choices:
            del self.fields["at_least"]

    def clean(self) -> dict[str, Any]:
        """The rule as triage takes it, and upon which version it was set."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        rule = rules.TriageRule(rules.WorryCode(told["code"]), rules.Level(told["level"]), int(told.get("at_least", 1)))
        return {"rule": rule, "version": told["version"]}


class ReviewForm(forms.Form):
    words = LongText(
        label="What follows from it",
        help_text="A few words for the team, if there is something to say.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

"""The client's forms behind a link, and the team's."""

from typing import Any

from django import forms

from clinic.checkins import rules
from clinic.scales.rules import Instrument

NOT_ANSWERED = ("skip", "Rather not say")


def _points(value: str) -> int | None:
    return None if value == NOT_ANSWERED[0] else int(value)


class AnswerForm(forms.Form):
    """The questions of one check-in; those of the scale are added by its definition."""

    feeling = forms.TypedChoiceField(
        label="How are you on it?",
        coerce=int,
        choices=list(rules.FEELINGS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you are on it."},
    )
    doses_missed = forms.TypedChoiceField(
        label="In the last 7 days, how many doses did you miss?",
        help_text="Missing some is common. Please do not take extra to catch up; ask us.",
        coerce=int,
        choices=[("", "Choose"), (0, "None"), *((n, str(n)) for n in range(1, 7)), (7, "7 or more")],
        error_messages={"required": "Choose how many doses you missed."},
    )
    own_effect = forms.CharField(label="Something else? In your own words", max_length=120, required=False)
    own_bother = forms.TypedChoiceField(
        label="How much does that bother you?",
        coerce=int,
        choices=list(rules.BOTHER.items()),
        initial=0,
        required=False,
    )
    words = forms.CharField(
        label="Anything else you want us to know?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    needs_refill = forms.BooleanField(label="I run out of this medication soon and need more", required=False)
    wants_call = forms.BooleanField(label="I would like someone to call me", required=False)

    def __init__(self, *args: Any, scale: Instrument | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        for code, words in rules.SIDE_EFFECTS.items():
            self.fields[f"effect_{code}"] = forms.TypedChoiceField(
                label=words, coerce=int, choices=list(rules.BOTHER.items()), initial=0, required=False, empty_value=None
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

    def effect_fields(self) -> list[forms.BoundField]:
        """The list of side effects, in its order."""
        return [self[f"effect_{code}"] for code in rules.SIDE_EFFECTS]

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
            for code, words in rules.SIDE_EFFECTS.items()
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
        )
        return {"answers": answers}


class ProtocolForm(forms.Form):
    """When one check-in is asked, and when no answer is a silence."""

    occasion = forms.ChoiceField(choices=[(one.value, one.label) for one in rules.Occasion], widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    is_on = forms.BooleanField(label="Ask", required=False)
    days = forms.IntegerField(label="Days")
    silent_after_hours = forms.IntegerField(label="Hours without an answer until the care team is told")
    silences_told = forms.IntegerField(label="Silences in a row until the prescriber is told")

    def __init__(self, *args: Any, anchor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].label = anchor.capitalize()

    def clean(self) -> dict[str, Any]:
        """The protocol as the rules take it, and upon which version it was set."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        version, occasion = told.pop("version"), rules.Occasion(told.pop("occasion"))
        return {"protocol": rules.Protocol(occasion=occasion, **told), "version": version}


class ReviewForm(forms.Form):
    words = forms.CharField(
        label="What follows from it",
        help_text="A few words for the team, if there is something to say.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

"""The evaluation as one form, and the small ones around it."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from clinic.core.forms import WITHIN_REACH, LongText
from clinic.intake import rules

LONG = {"present_illness": 8, "psychiatric_history": 5, "formulation": 6, "recommendation": 5}
HINTS = {
    "present_illness": "Onset, course, triggers, severity, function; mood, anxiety, psychosis, trauma, sleep.",
    "psychiatric_history": "Diagnoses, admissions, therapies, self-harm, violence.",
    "substance_use": "Substance, amount, last use, treatment. Caffeine and nicotine too.",
    "medical_history": "Illnesses, surgery, seizures, head injury, heart, pregnancy or contraception.",
    "family_history": "Psychiatric illness, suicide, sudden cardiac death, response to medications.",
    "social_history": "Development, education, work, housing, relationships, supports, culture, legal.",
    "risk_formulation": "Static and changing factors, what could foreseeably change, what was agreed.",
    "formulation": "Biological, psychological and social: what made, started, keeps and protects.",
    "recommendation": "What you recommend and why; options and differences told to the client; follow-up.",
}


def in_words(what: str, longest: int) -> forms.CharField:
    """Own words beside short answers; a screen reader hears what they are about."""
    label = f"In words: {what}"
    widget = forms.TextInput(attrs={"aria-label": label})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class EvaluationForm(forms.Form):
    """Everything a prescriber writes; each field may be empty until signing."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    evaluated_on = forms.DateField(
        label="Day of the evaluation",
        validators=WITHIN_REACH,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    diagnosis_deferred_because = forms.CharField(
        label="If no diagnosis is made yet: why", required=False, max_length=300
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in rules.SECTIONS.items():
            self.fields[name] = LongText(
                label=label,
                required=False,
                help_text=HINTS.get(name, ""),
                widget=forms.Textarea(attrs={"rows": LONG.get(name, 3)}),
            )
        for question in rules.RISK_QUESTIONS:
            self._add_risk_question(question)
        self.fields[f"risk_{rules.PROTECTIVE}_detail"] = LongText(
            label="What protects the client", required=False, widget=forms.Textarea(attrs={"rows": 2})
        )
        for domain in rules.MENTAL_STATUS:
            self._add_domain(domain)

    def _add_risk_question(self, question: rules.RiskQuestion) -> None:
        self.fields[f"risk_{question.key}"] = forms.ChoiceField(
            label=question.text,
            required=False,
            choices=list(rules.RISK_ANSWERS.items()),
            widget=forms.RadioSelect,
        )
        self.fields[f"risk_{question.key}_detail"] = in_words(question.text, 1000)

    def _add_domain(self, domain: rules.Domain) -> None:
        findings = [*domain.findings, rules.NOT_ASSESSED]
        self.fields[f"status_{domain.key}"] = forms.MultipleChoiceField(
            label=domain.label,
            required=False,
            choices=[(finding, finding) for finding in findings],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields[f"status_{domain.key}_words"] = in_words(domain.label, 500)

    def draft(self) -> rules.Draft:
        """The valid form as the draft it says; what is empty is left out."""
        said = self.cleaned_data
        risk = {
            question.key: {"answer": said[f"risk_{question.key}"], "detail": said[f"risk_{question.key}_detail"]}
            for question in rules.RISK_QUESTIONS
        }
        risk[rules.PROTECTIVE] = {"detail": said[f"risk_{rules.PROTECTIVE}_detail"]}
        status = {
            domain.key: {"findings": said[f"status_{domain.key}"], "words": said[f"status_{domain.key}_words"]}
            for domain in rules.MENTAL_STATUS
        }
        return rules.Draft(
            evaluated_on=said["evaluated_on"],
            sections={name: said[name] for name in rules.SECTIONS},
            risk_answers={key: answer for key, answer in risk.items() if any(answer.values())},
            mental_status={key: found for key, found in status.items() if any(found.values())},
            diagnosis_deferred_because=said["diagnosis_deferred_because"],
        )

    def risk_rows(self) -> list[tuple[BoundField, BoundField]]:
        """Each risk question with its words."""
        return [(self[f"risk_{q.key}"], self[f"risk_{q.key}_detail"]) for q in rules.RISK_QUESTIONS]

    def status_rows(self) -> list[tuple[BoundField, BoundField]]:
        """Each domain of the mental status with its words."""
        return [(self[f"status_{d.key}"], self[f"status_{d.key}_words"]) for d in rules.MENTAL_STATUS]


def initial_of(draft: rules.Draft, version: int) -> dict[str, Any]:
    """What the form shows of a draft."""
    shown: dict[str, Any] = {**rules.in_fields(draft), "version": version, "evaluated_on": draft.evaluated_on}
    for key, found in draft.mental_status.items():
        shown[f"status_{key}"] = found.get("findings", [])
    return shown


class DoForm(forms.Form):
    """Which button of the page was pressed."""

    do = forms.CharField(required=False, max_length=80)


class SearchForm(forms.Form):
    """A diagnosis by code or words."""

    q = forms.CharField(label="Find a diagnosis by code or words", required=False, max_length=80)


class SignForm(forms.Form):
    """What the signer had before their eyes."""

    seen = forms.CharField(widget=forms.HiddenInput)


class AddendumForm(forms.Form):
    text = LongText(
        label="Addendum",
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The evaluation itself stays as it was signed.",
        error_messages={"required": "Write what is to be added."},
    )

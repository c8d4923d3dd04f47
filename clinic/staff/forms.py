"""What an administrator fills in about an account."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from clinic.staff.models import User
from clinic.staff.roles import Role

ROLE_CHOICES = [(role.value, role.label) for role in Role]


class AddStaffForm(forms.Form):
    """Somebody who begins to work here."""

    full_name = forms.CharField(label="Full name", max_length=150)
    credentials = forms.CharField(
        label="Credentials", max_length=60, required=False, help_text="As clients read them, such as MD, LCSW or APRN."
    )
    email = forms.EmailField(label="E-mail", help_text="They sign in with it. The invitation goes there.")
    phone = forms.CharField(label="Phone", max_length=32, required=False)
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=ROLE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="One or two. They act in one at a time.",
    )


class EditStaffForm(AddStaffForm):
    """An account that exists, from a version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_medical_director = forms.BooleanField(
        label="Medical director",
        required=False,
        help_text="A prescriber who reviews the dose numbers and safety rules that every dose plan is checked against.",
    )
    supervisor = forms.ModelChoiceField(
        label="Supervisor",
        queryset=User.objects.none(),
        required=False,
        empty_label="None: signs alone",
        help_text="For a trainee: this prescriber co-signs their visit notes.",
    )
    is_active = forms.BooleanField(
        label="Works here", required=False, help_text="Without the tick the account is closed and signed out at once."
    )

    def __init__(self, *args: Any, supervisors: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["supervisor"].queryset = supervisors  # type: ignore[attr-defined]  # a field of models

    @classmethod
    def initial_of(cls, user: User) -> dict[str, object]:
        return {name: getattr(user, name) for name in cls.base_fields}


class SwitchRoleForm(forms.Form):
    """Which of one's own roles to wear."""

    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES)

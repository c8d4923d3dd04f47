"""The question that every page by link asks first."""

from django import forms


class BirthYearForm(forms.Form):
    year = forms.IntegerField(
        label="What year were you born?",
        help_text="Four digits, such as 1984. If you fill this in for your child: your child's year.",
        min_value=1900,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
        error_messages={
            "required": "Write the year you were born.",
            "invalid": "Write the year as four digits, such as 1984.",
            "min_value": "Write the year as four digits, such as 1984.",
            "max_value": "Write the year as four digits, such as 1984.",
        },
    )

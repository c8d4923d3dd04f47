"""What a person says about a difference."""

from django import forms


class SettleForm(forms.Form):
    kept = forms.ChoiceField(choices=[("ours", "Keep ours"), ("theirs", "Take theirs")])

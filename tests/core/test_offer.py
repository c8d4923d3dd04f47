"""What a choice field offers is set in one way."""

import pytest
from django import forms

from clinic.core.forms import offer


class PickForm(forms.Form):
    one = forms.ChoiceField()
    some = forms.MultipleChoiceField()
    words = forms.CharField()


def test_one_and_several_are_offered() -> None:
    form = PickForm({"one": "a", "some": ["b"], "words": "x"})
    for name in ("one", "some"):
        offer(form, name, ((key, key.upper()) for key in "ab"))
    assert form.is_valid()
    assert '<option value="b">B</option>' in str(form["one"])


def test_a_field_without_choices_is_told_at_once() -> None:
    with pytest.raises(TypeError, match="words offers no choices"):
        offer(PickForm(), "words", [])

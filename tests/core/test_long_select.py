"""A choice among hundreds is drawn in one go, and says what Django's own would say."""

from django import forms
from django.test.html import parse_html

from clinic.core.forms import LongSelect

PLACES = [("", "Not known"), ("a<b", "Here & there"), ("far", "Far")]


class Own(forms.Form):
    place = forms.ChoiceField(choices=PLACES, widget=LongSelect(attrs={"class": "form-select", "disabled": False}))


class Djangos(forms.Form):
    place = forms.ChoiceField(choices=PLACES, widget=forms.Select(attrs={"class": "form-select", "disabled": False}))


def test_it_is_drawn_as_django_draws_its_own() -> None:
    for data in (None, {"place": "a<b"}, {"place": "nowhere"}):
        assert parse_html(str(Own(data)["place"])) == parse_html(str(Djangos(data)["place"]))
    assert '<option value="a&lt;b" selected>Here &amp; there</option>' in str(Own({"place": "a<b"})["place"])

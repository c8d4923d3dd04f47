"""Text of more than a line: too much of it is refused and kept, never cut by the browser."""

from django import forms

from clinic.core.forms import LongText


class Story(forms.Form):
    words = LongText(max_length=10, widget=forms.Textarea(attrs={"rows": 2}))


def test_the_browser_is_told_no_limit() -> None:
    assert "maxlength" not in str(Story()["words"])
    assert 'rows="2"' in str(Story()["words"])


def test_too_long_a_text_is_refused_and_kept() -> None:
    story = Story({"words": "longer than ten"})
    assert not story.is_valid()
    assert "at most 10 characters" in story.errors["words"][0]
    assert "longer than ten" in str(story["words"])

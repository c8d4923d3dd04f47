"""Why a dose changes: written by the portal from what is laid out and known, edited by whoever signs."""

from collections.abc import Callable, MutableMapping
from copy import copy
from typing import Any, cast

from django import forms

from clinic.titration.rules.telling import written_reason

READ_IT = "This is how it reads from what is known. Change what needs it, then sign."


class ReasonPart(forms.Form):
    """The reason of a form. What somebody typed always stands; only the portal's own text follows what is laid out.

    `seen` asks what is known at the visit that the form was opened from, None where none opened it: then nothing is
    written. `written` is the text that the portal wrote last.
    """

    seen: Callable[[], str] | None = None
    written = forms.CharField(required=False, widget=forms.HiddenInput)

    def write_reason(self, words: str) -> None:
        """Write the reason of what is laid out, told in `words`; signed is only what somebody could read before."""
        before = self._posted("written")
        if self.seen is None or self._posted("reason") != before:
            return
        field = cast(forms.CharField, self.fields["reason"])
        reason = written_reason(words, self.seen(), field.max_length or 0)
        data = cast(MutableMapping[str, Any], copy(self.data))
        for name in ("reason", "written"):
            data[self.add_prefix(name)] = self.cleaned_data[name] = reason
        self.data = data
        self.errors.pop("reason", None)
        if not before and self.data.get("do") == "sign":
            self.add_error("reason", READ_IT)

    def _posted(self, name: str) -> str:
        # A browser sends the ends of lines in its own way.
        return " ".join(str(self.data.get(self.add_prefix(name), "")).split())

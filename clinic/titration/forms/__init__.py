"""The forms of dose plans: start one, change one; they share how amounts, times and strengths are typed."""

from clinic.titration.forms.change import ChangeForm
from clinic.titration.forms.start import StartForm

__all__ = ["ChangeForm", "StartForm"]

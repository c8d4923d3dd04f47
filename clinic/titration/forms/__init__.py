"""The forms of dose plans: start one, change one, record missed doses; they share how amounts are typed."""

from clinic.titration.forms.change import ChangeForm
from clinic.titration.forms.favourite import FavouriteForm
from clinic.titration.forms.missed import MissedForm
from clinic.titration.forms.start import StartForm

__all__ = ["ChangeForm", "FavouriteForm", "MissedForm", "StartForm"]

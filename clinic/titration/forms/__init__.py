"""The forms of dose plans: start one, change one, record missed doses, look after the supply."""

from clinic.titration.forms.change import ChangeForm
from clinic.titration.forms.favourite import FavouriteForm
from clinic.titration.forms.gates import GateDecisionForm, GateForm
from clinic.titration.forms.missed import MissedForm
from clinic.titration.forms.start import StartForm
from clinic.titration.forms.supply import (
    AskRefillForm,
    DecideRefillForm,
    FillForm,
    WithdrawFillForm,
    WithdrawRefillForm,
)

__all__ = [
    "AskRefillForm",
    "ChangeForm",
    "DecideRefillForm",
    "FavouriteForm",
    "FillForm",
    "GateDecisionForm",
    "GateForm",
    "MissedForm",
    "StartForm",
    "WithdrawFillForm",
    "WithdrawRefillForm",
]

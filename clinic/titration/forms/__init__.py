"""The forms of dose plans: start, change, switch, record missed doses, look after the supply."""

from clinic.titration.forms.change import ChangeForm
from clinic.titration.forms.favourite import FavouriteForm
from clinic.titration.forms.gates import GateDecisionForm, GateForm
from clinic.titration.forms.missed import MissedForm
from clinic.titration.forms.new_plan import NewPlanForm
from clinic.titration.forms.start import StartForm
from clinic.titration.forms.supply import (
    AskRefillForm,
    DecideRefillForm,
    FillForm,
    WithdrawFillForm,
    WithdrawRefillForm,
)
from clinic.titration.forms.switch import LeavingForm, SwitchForm

__all__ = [
    "AskRefillForm",
    "ChangeForm",
    "DecideRefillForm",
    "FavouriteForm",
    "FillForm",
    "GateDecisionForm",
    "GateForm",
    "LeavingForm",
    "MissedForm",
    "NewPlanForm",
    "StartForm",
    "SwitchForm",
    "WithdrawFillForm",
    "WithdrawRefillForm",
]

"""What is done to the formulary: bringing it to its data files, and the medical director's reviews."""

from clinic.formulary.services.loading import Loaded, load_formulary
from clinic.formulary.services.reviewing import decide_rule, review_medication
from clinic.formulary.services.rules import RulesLoaded, load_rules

__all__ = ["Loaded", "RulesLoaded", "decide_rule", "load_formulary", "load_rules", "review_medication"]

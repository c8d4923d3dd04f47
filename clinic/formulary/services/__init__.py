"""What is done to the formulary: bringing it to its data files, and the medical director's reviews."""

from clinic.formulary.services.loading import Loaded, load_formulary
from clinic.formulary.services.reviewing import decide_rule, review_medication

__all__ = ["Loaded", "decide_rule", "load_formulary", "review_medication"]

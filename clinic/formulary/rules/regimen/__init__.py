"""The regimen check: all that a client takes together, held against rules that are data; pure.

`reading` and `building` make a RuleSet of rows, `person` is the question, `catalogue` and `recognizing` say what a
text names, `course` gathers what is taken by ingredient, `pairs`, `amounts`, `client` and `loads` look, `checking`
joins them, `findings` is the answer.
"""

from clinic.formulary.rules.regimen.building import KINDS, rule_set, with_maxima
from clinic.formulary.rules.regimen.catalogue import Recognized
from clinic.formulary.rules.regimen.checking import UNKNOWN, check
from clinic.formulary.rules.regimen.findings import Code, Finding, Severity
from clinic.formulary.rules.regimen.person import Person, Pregnancy, Sex, Span, Taken
from clinic.formulary.rules.regimen.reading import allergens, name_to_check, read_rows, read_rules, recognize
from clinic.formulary.rules.regimen.rows import RuleSet

__all__ = [
    "KINDS",
    "UNKNOWN",
    "Code",
    "Finding",
    "Person",
    "Pregnancy",
    "Recognized",
    "RuleSet",
    "Severity",
    "Sex",
    "Span",
    "Taken",
    "allergens",
    "check",
    "name_to_check",
    "read_rows",
    "read_rules",
    "recognize",
    "rule_set",
    "with_maxima",
]

"""The regimen check: all that a client takes together, held against rules that are data; pure.

`reading` and `building` make a RuleSet of rows, `person` is the question, `course` gathers what is taken by
ingredient, `pairs`, `amounts`, `client` and `loads` look, `checking` joins them, `findings` is the answer.
"""

from clinic.formulary.rules.regimen.building import KINDS, rule_set, with_maxima
from clinic.formulary.rules.regimen.checking import check
from clinic.formulary.rules.regimen.findings import Code, Finding, Severity
from clinic.formulary.rules.regimen.person import Person, Pregnancy, Sex, Span, Taken
from clinic.formulary.rules.regimen.reading import read_rows, read_rules
from clinic.formulary.rules.regimen.rows import RuleSet

__all__ = [
    "KINDS",
    "Code",
    "Finding",
    "Person",
    "Pregnancy",
    "RuleSet",
    "Severity",
    "Sex",
    "Span",
    "Taken",
    "check",
    "read_rows",
    "read_rules",
    "rule_set",
    "with_maxima",
]

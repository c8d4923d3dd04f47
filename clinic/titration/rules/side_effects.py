"""Side effects of a medication: how much they bother, since when, and what is done about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clinic.core.rules import refuse, unless

# As the check-in asks how much it bothers; 0 says that it does no more.
SEVERITIES: Mapping[int, str] = {0: "Not at all", 1: "A little", 2: "Quite a bit", 3: "A lot"}
STOPPED = "stopped"
DONE: Mapping[str, str] = {
    "watched": "Watched",
    "advised": "Advice given",
    "time": "Taken at another time",
    "lowered": "Dose lowered",
    "treated": "Treated",
    STOPPED: "Medication stopped",
}
OWN = "own"
LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True)
class Felt:
    """What bothers and how much: a code of the check-in's list, or "own" with own words; 0 bothers no more."""

    code: str
    words: str
    severity: int

    @property
    def key(self) -> tuple[str, str]:
        """By what two tellings are of the same side effect."""
        return self.code, self.words.strip()[:LONGEST_WORDS].casefold()


def check_felt(felt: Felt, *, began_on: date, plan_began_on: date, today: date) -> None:
    """A side effect is named, bothers at least a little when it is recorded, and began since the medication did."""
    does_bother = felt.severity in SEVERITIES and felt.severity
    refuse(
        unless(felt.words.strip(), "Say what it is.", field="words"),
        unless(does_bother, "Say how much it bothers.", field="severity"),
        unless(began_on <= today, "This lies in the future. Enter the day it began.", field="began_on"),
        unless(began_on >= plan_began_on, "This lies before the medication began.", field="began_on"),
    )

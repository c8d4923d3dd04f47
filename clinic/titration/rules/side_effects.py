"""Side effects of a medication: how much they bother, and what is done about them."""

from collections.abc import Mapping

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

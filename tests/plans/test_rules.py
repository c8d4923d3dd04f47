"""What a plan must hold, what is said beside it, and what differs between versions."""

import datetime as dt
from dataclasses import replace

from clinic.plans.rules import (
    MEDICATION_ALONE,
    GoalEntry,
    InterventionEntry,
    PlanContent,
    ProblemEntry,
    cautions_for_signing,
    changes_in_words,
    missing_for_signing,
)
from tests.plans.test_services import WHOLE


def test_an_empty_plan_lacks_everything() -> None:
    assert len(missing_for_signing(PlanContent())) == 4
    assert missing_for_signing(WHOLE) == []


def test_medication_alone_is_said_plainly_but_not_forbidden() -> None:
    alone = replace(WHOLE, interventions=WHOLE.interventions[:1])
    assert cautions_for_signing(alone) == [MEDICATION_ALONE]
    assert missing_for_signing(alone) == []
    assert cautions_for_signing(WHOLE) == []


def test_a_goal_nobody_can_measure_and_a_client_not_asked_are_said() -> None:
    loose = replace(WHOLE, goals=(*WHOLE.goals, GoalEntry("Be well")), client_agreed_on=None)
    assert cautions_for_signing(loose) == [
        "The goal “Be well” has no measure and target: nobody can tell when it is reached.",
        "The client has not yet agreed to this plan.",
    ]


def test_what_changed_reads_in_plain_words() -> None:
    newer = replace(
        WHOLE,
        review_on=None,
        problems=(WHOLE.problems[0], ProblemEntry("Insomnia", "F51.01")),
        goals=(
            replace(WHOLE.goals[0], baseline="9", target_on=dt.date(2026, 7, 1)),
            GoalEntry("Walk", "days", "", "5"),
        ),
        interventions=(WHOLE.interventions[0], InterventionEntry("lifestyle", "Walk", "client")),
    )
    assert changes_in_words(WHOLE, newer) == [
        "Problem added: Insomnia (F51.01)",
        "Problem removed: Sleep",
        "Goal changed: Feel better (now 16 → 9; by Jun 1, 2026 → Jul 1, 2026)",
        "Goal added: Walk (days ? → 5)",
        "Intervention added: Walk (lifestyle, client)",
        "Intervention removed: Cognitive behavioral therapy, weekly (therapy, therapist)",
        "Review: Jun 1, 2026 → nothing",
    ]
    assert changes_in_words(WHOLE, WHOLE) == []


def test_a_goal_of_words_alone_reads_as_it_is() -> None:
    assert changes_in_words(PlanContent(), PlanContent(goals=(GoalEntry("Be well"),))) == ["Goal added: Be well"]

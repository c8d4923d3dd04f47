"""What people of the demo say and what clinicians write, chosen the same way every time."""

import datetime as dt
from random import Random
from typing import Any

from clinic.checkins.rules import SIDE_EFFECTS as SIDE_EFFECT_WORDS
from clinic.checkins.rules import Answers, SideEffect
from clinic.intake.rules import Draft
from clinic.intake.rules.evaluation import MENTAL_STATUS, PROTECTIVE, RISK_QUESTIONS
from clinic.visits.rules.note import DOMAINS

GOING_ON = [
    "I have been in therapy for a year and still wake at four with my heart racing. Might medication help?",
    "Most days I cannot get going. My therapist suggested I ask you about medication.",
    "My moods swing and it is hurting my work. I would like one plan that my therapist is part of.",
    "I tried two medications before and stopped because of side effects. I want to do it carefully this time.",
    "I worry about everything and avoid people. Sleep is bad. I do not know what would help.",
]
REPORTS = [
    "Sleeping better, wakes once. Back to walking with a friend twice a week.",
    "Mornings are easier. Still tired by afternoon. Missed one dose on a trip.",
    "Worry comes less often and passes sooner. Some nausea in the first days, gone now.",
    "A hard week at work, otherwise steady. Therapy homework done most days.",
]
OBSERVATIONS = [
    "Brighter in session and able to plan ahead for the first time in weeks.",
    "Tells of more restless evenings since the last dose change; otherwise engaged.",
    "Did the exposure homework. Asks whether the morning dose could be taken with breakfast.",
]
# What a prescriber writes beside "continue"; where it stays empty the portal sums up what happened.
CONTINUED = [
    "Works and is well tolerated; no reason to change it now.",
    "",
    "Steady on this dose. Client prefers to stay on it until the next visit.",
    "Benefit still growing; a longer trial at this dose first.",
]
SAID = [
    "",
    "",
    "",
    "Sleep is a bit better this week.",
    "I take it with breakfast now, that helps.",
    "Tired in the afternoon, otherwise fine.",
    "Nothing much changed yet.",
]
WORRIES = [
    Answers(
        feeling=1,
        doses_missed=1,
        side_effects=(SideEffect("restless", SIDE_EFFECT_WORDS["restless"], 3),),
        words="I cannot sit still since the dose went up.",
    ),
    Answers(feeling=3, doses_missed=3, wants_call=True, words="Can I take it at night? Please call after four."),
    Answers(
        feeling=2,
        doses_missed=0,
        side_effects=(SideEffect("nausea", SIDE_EFFECT_WORDS["nausea"], 3),),
        words="I feel sick until noon and hardly eat.",
    ),
]
IN_NEED = Answers(feeling=1, doses_missed=2, wants_call=True, words="It was a very bad day. I am with my sister now.")
SIDE_EFFECTS = ["nausea", "headache", "sleepy", "dry_mouth", "restless", "sleepless"]
TELEHEALTH = {
    "identity": "yes",
    "location": "At home in Salt Lake City",
    "callback": "(801) 555-0142",
    "consent": "yes",
}


def answers_of(total: int, items: int, rng: Random) -> list[int]:
    """Answers of 0 to 3 that sum to `total`, the last item 0: nobody in this story thinks of self-harm unsaid."""
    answers = [0] * items
    usable = list(range(items - 1 if items > 2 else items))
    for _ in range(min(total, 3 * len(usable))):
        answers[rng.choice([n for n in usable if answers[n] < 3])] += 1
    return answers


def evaluation(day: dt.date, name: str, rng: Random) -> Draft:
    """A whole evaluation, every section said."""
    return Draft(
        evaluated_on=day,
        sections={
            "reason": rng.choice(GOING_ON),
            "present_illness": "Low mood, early waking and loss of interest for about a year, worse since spring. "
            "Concentration poor at work. No periods of elation.",
            "psychiatric_history": "Outpatient therapy for a year. No admissions.",
            "substance_use": "Wine on weekends, two glasses. No nicotine, no other substances.",
            "medical_history": "Seasonal allergies. No seizures, no head injury, no heart disease.",
            "family_history": "Mother treated for depression. No known bipolar disorder or suicide.",
            "social_history": "Lives with family, works full time, a few close friends.",
            "risk_formulation": "Acute risk low: no thoughts of self-harm, connected, hopeful about treatment.",
            "formulation": f"{name} meets criteria after a year of symptoms that persist despite good therapy. "
            "Loss and overwork keep it going; family and work hold.",
            "recommendation": "Go on with therapy. Medication offered as one part of the plan; options, none among "
            "them, discussed with benefits and risks.",
        },
        risk_answers={
            **{question.key: {"answer": "no", "detail": ""} for question in RISK_QUESTIONS},
            PROTECTIVE: {"answer": "", "detail": "Family, plans for the summer, trusts the therapist."},
        },
        mental_status={domain.key: {"findings": [domain.findings[0]], "words": ""} for domain in MENTAL_STATUS},
    )


def mental_status(mood: str) -> dict[str, dict[str, str]]:
    """The mental status of a follow-up: each domain touched."""
    found: dict[str, Any] = {key: {"choice": domain.findings[0], "words": ""} for key, domain in DOMAINS.items()}
    return {**found, "mood": {"choice": "", "words": mood}}

"""Two note templates of the demo's prescriber, one of them shared: words and questions, no finding of anybody."""

from clinic.staff.models import User
from clinic.visits.services import save_note_template

STABLE = {
    "subjective": (
        "Takes the medication as planned.\nMood, sleep and appetite since the last visit: \nWhat helps: \n"
        "What still gets in the way: "
    ),
    "assessment": "Against the goals of the plan: \nTolerates the medication: ",
    "next_steps": (
        "Goes on as agreed in the plan, therapy included. Calls the clinic if side effects begin, doses are missed or "
        "mood turns worse; in a crisis 988 or the nearest emergency room."
    ),
}
FIRST_WEEKS = {
    "subjective": (
        "Since the new medication began:\nDoses taken and missed: \nWhat changed, for better or worse: \n"
        "Side effects, and how much they bother: \nSleep, work, people: "
    ),
    "assessment": "Early days; what can be said of the effect so far: \nTolerates the medication: ",
    "next_steps": (
        "Goes by the dated dose plan; the check-in by link comes between visits. Told what to call about at once: "
    ),
}


def keep_note_templates(prescriber: User) -> None:
    """As they are found in the note of a visit and on the page of phrases and templates."""
    save_note_template(name="Stable on medication", texts=STABLE, is_shared=False, by=prescriber)
    save_note_template(name="First weeks of a medication", texts=FIRST_WEEKS, is_shared=True, by=prescriber)

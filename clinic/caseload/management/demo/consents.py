"""What the people of the demo agreed to before a medication began."""

import datetime as dt

from clinic.clients.models import Client
from clinic.clients.rules.identity import is_minor
from clinic.plans.queries import guardian_of
from clinic.plans.rules import Agreement, GivenBy, How
from clinic.plans.rules.consent import ALTERNATIVES, told_benefit, told_risks


def agreed(client: Client, treats: str, on: dt.date) -> Agreement:
    """Consent by word of mouth; of a minor, by the guardian."""
    minor = is_minor(client.birth_on, today=on)
    return Agreement(
        how=How.SPOKEN,
        target_symptoms=treats,
        benefit=told_benefit(treats),
        risks=told_risks("", is_confirmed=True),
        alternatives=ALTERNATIVES,
        given_by=GivenBy.GUARDIAN if minor else GivenBy.CLIENT,
        guardian_name=guardian_of(client) if minor else "",
    )

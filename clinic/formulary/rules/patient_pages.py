"""Where a client reads on about a medication, and what every page about one tells them."""

from urllib.parse import urlencode

# The National Library of Medicine's own pages for patients, by RxNorm code.
# Source: https://medlineplus.gov/medlineplus-connect/web-application/
MEDLINEPLUS = "https://connect.medlineplus.gov/application"
RXNORM = "2.16.840.1.113883.6.88"

OPTIONS = (
    "Medication is one part of your plan, beside therapy, daily life and other support. It is your choice: you may "
    "also do without it, now or later. Ask what would change if you did."
)
NEVER_ALONE = "Never stop on your own: stopping at once can make you feel unwell. Call us first."


def read_more_address(rxcui: str, language: str) -> str:
    """The page of MedlinePlus about a medication, in English or Spanish; empty without a code of RxNorm."""
    if not rxcui.isdigit():
        return ""
    asked = {
        "mainSearchCriteria.v.cs": RXNORM,
        "mainSearchCriteria.v.c": rxcui,
        "informationRecipient.languageCode.c": "es" if language == "es" else "en",
    }
    return f"{MEDLINEPLUS}?{urlencode(asked)}"

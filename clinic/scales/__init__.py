"""Rating scales: instruments as data, scoring, and every answer a client ever gave.

Scores and flags; it does not judge what a score means for treatment.
"""

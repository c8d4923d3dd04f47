"""Insurance: a client's cover, eligibility checks, prior authorizations.

Helps the care team keep track; nothing is submitted to a payer from here.
"""

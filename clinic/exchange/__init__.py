"""Charts from other systems: FHIR import, what came from where, differences for a person to settle.

Never overwrites what the clinic's own staff entered.
"""

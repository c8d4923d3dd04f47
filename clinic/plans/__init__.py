"""The one treatment plan both sides see: problems, goals, interventions of every kind, who agreed when.

Medication is one intervention among others; its doses live in `titration`.
"""

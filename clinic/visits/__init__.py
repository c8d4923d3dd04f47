"""The follow-up visit: its note, the decision for each medication, signature and addenda.

A decision changes a dose through `titration`; a signed note never changes.
"""

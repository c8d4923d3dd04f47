"""The dose plan as a dated, computable thing: versions, steps, dose changes, overrides.

The past never changes: a change makes a new version. It prescribes nothing by itself; a prescriber signs.
"""

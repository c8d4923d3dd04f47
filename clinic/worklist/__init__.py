"""Duties: one row a thing that somebody must do, with owner, due date, reason and outcome.

Holds what a person must decide. Queues that follow from state are computed where the state lives.
"""

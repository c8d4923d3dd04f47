"""Danger to a person: alerts with a clock, who took them on and what was done.

An alert is closed only with a disposition. What raises one lives with its source.
"""

"""Therapist and prescriber side by side: who has seen which change, and what they observed.

Owns acknowledgements and observations, not the changes themselves.
"""

"""What was done and by whom: append-only events, written in the transaction of the deed they tell of.

Holds ids and codes, never clinical text. For investigation; pages tell history from their own rows.
"""

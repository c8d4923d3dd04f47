"""When people meet: availability, appointments, waitlist; double booking is impossible in the database.

Owns no clinical content of a meeting and does not decide when a client ought to be seen.
"""

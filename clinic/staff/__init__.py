"""Who works here: users, their roles, the permissions of a role, `@requires`, sign-in limits.

Owns no client's record and does not know who looks after whom: that is the care team, in `clients`.
"""

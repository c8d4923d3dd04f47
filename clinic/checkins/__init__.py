"""Questions between visits: a check-in bound to a dose step, the client's page by link, the answers.

Pulls what is due from `titration`; sends through `messaging`; never changes a dose.
"""

"""What of the dose plans leaves the house with a person: the dose calendar, its page by link, the leaflet of a
medication, the pharmacist's copy.

Reads signed dose plans through `titration` and writes through `messaging`; never changes a dose.
"""

"""Pages that show many apps at once: home by role, the client's chart, the demo clinic.

Has no models: everything is read from the apps below.
"""

"""The laws of a visit: the note and what must stand in it, decisions as dose plans, what happened since."""

"""What follows from a client's rows by rule alone: courses of doses, geometry of the timeline, what changed."""

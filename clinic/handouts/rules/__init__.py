"""The laws of handouts: the days of a dose calendar, how units are drawn, what a sheet says, how long a link lives."""

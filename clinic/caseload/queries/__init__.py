"""Reads over all apps for the pages on top: the chart and the homes. A page asks as often for many rows as for few."""

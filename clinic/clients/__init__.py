"""The people we look after: identity, contact, consent to share, care team, and the one door to a chart.

Owns who may see whom (`visible_to`, `open_chart`, break-glass). Owns nothing clinical.
"""

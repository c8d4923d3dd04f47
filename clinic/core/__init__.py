"""Ground: base models, `RuleBroken`, the form helper `submit`, the tags every page draws with.

Owns no clinic record and knows no other app.
"""

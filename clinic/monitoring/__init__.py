"""Measurements: vitals and laboratory results with unit, day and origin.

Owns no rating scales (`scales`) and gives no interpretation.
"""

"""Measurements: vitals and laboratory results with unit, day and origin, and what protocols say is due when.

Owns no rating scales (`scales`) and gives no interpretation.
"""

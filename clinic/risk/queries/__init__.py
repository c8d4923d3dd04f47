"""Reads of alerts, of the on-call rota, and of who was told."""

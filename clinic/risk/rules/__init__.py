"""The laws of danger: alerts and their clock, the on-call rota, safety plans."""

"""Pages of alerts and of the on-call rota."""

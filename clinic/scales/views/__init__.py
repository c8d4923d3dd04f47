"""Pages of rating scales: fill one in with the client; the clinic's own scales."""

"""Pages of check-ins: the client's own behind a link or on a device, and the team's."""

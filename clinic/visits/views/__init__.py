"""Pages of visits: drafts, signed ones, and the phrases of a prescriber."""

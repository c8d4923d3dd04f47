"""The clinic portal: one folder an app, in the order of the ladder (docs/decisions/0002-the-ladder.md)."""

"""Servers that come as wheels and run as the person who starts them; `medmgmt.embedded` is their door."""

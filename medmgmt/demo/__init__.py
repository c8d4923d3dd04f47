"""The demo clinic on one machine: prepare it, run web, worker and beat together, leave nothing behind.

Owns no page and no data: `seed_demo` writes the sample clinic, `medmgmt.embedded` keeps its services.
"""

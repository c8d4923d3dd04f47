"""Deeds of exchange: import a file, settle a difference."""

from clinic.exchange.services.importing import Imported, import_text, load_matching
from clinic.exchange.services.settling import read_differences, settle_difference

__all__ = ["Imported", "import_text", "load_matching", "read_differences", "settle_difference"]

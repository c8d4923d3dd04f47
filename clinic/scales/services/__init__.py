"""Deeds on rating scales: record what was answered; load a scale of the clinic's own."""

from clinic.scales.services.packs import accept_pack, retire_pack
from clinic.scales.services.recording import record_response

__all__ = ["accept_pack", "record_response", "retire_pack"]

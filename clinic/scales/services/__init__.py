"""Deeds on rating scales: record what was answered; load a scale of the clinic's own; symptoms in own words."""

from clinic.scales.services.packs import accept_pack, retire_pack
from clinic.scales.services.recording import record_response
from clinic.scales.services.symptoms import add_symptom, end_symptom, rate_symptoms

__all__ = ["accept_pack", "add_symptom", "end_symptom", "rate_symptoms", "record_response", "retire_pack"]

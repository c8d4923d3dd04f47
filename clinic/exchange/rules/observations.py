"""Which vital signs, laboratory values and scale totals the portal knows, by LOINC code (loinc.org)."""

from collections.abc import Mapping

MEASURED: Mapping[str, str] = {
    "29463-7": "weight",
    "8480-6": "systolic",
    "8462-4": "diastolic",
    "8867-4": "heart_rate",
    "4548-4": "hba1c",
    "2339-0": "glucose",
    "2345-7": "glucose",
    "2093-3": "cholesterol",
    "2571-8": "triglycerides",
    "2085-9": "hdl",
    "18262-6": "ldl",
    "2089-1": "ldl",
    "2160-0": "creatinine",
    "38483-4": "creatinine",
    "33914-3": "egfr",
    "2951-2": "sodium",
    "2947-0": "sodium",
    "3016-3": "tsh",
    "14334-7": "lithium",
    "3719-2": "lithium",
    "8634-8": "qt",
    "8636-3": "qtc",
}
PANELS = frozenset({"85354-9", "55284-4"})
# Totals of scales that the portal does not score itself; the others name their code in their own files.
OTHER_TOTALS: Mapping[str, str] = {"82667-7": "dast10"}

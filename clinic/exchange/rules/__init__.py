"""The laws of import: what a file must be, what each resource says, which field of ours it may change."""

from clinic.exchange.rules.charts import Chart, FileContent, Item, charts_of
from clinic.exchange.rules.medications import Formulary
from clinic.exchange.rules.merging import Merge, as_text, merged
from clinic.exchange.rules.reading import Refused, Resources, read_text

__all__ = [
    "Chart",
    "FileContent",
    "Formulary",
    "Item",
    "Merge",
    "Refused",
    "Resources",
    "as_text",
    "charts_of",
    "merged",
    "read_text",
]

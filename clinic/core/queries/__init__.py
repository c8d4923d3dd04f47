"""How reads are made quick: SQL that is built once, and lists that come in one statement."""

from clinic.core.queries.preparing import Text, depends_on, prepared
from clinic.core.queries.rows import Rows, RowsWithin, Tuples

__all__ = ["Rows", "RowsWithin", "Text", "Tuples", "depends_on", "prepared"]

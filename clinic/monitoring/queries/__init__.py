"""What is read of monitoring: results, and what is due."""

from clinic.monitoring.queries.due import (
    LIST_ROWS,
    ClientDue,
    DueList,
    due_everywhere,
    due_list,
    due_of_client,
    known_due,
    lines_of_client,
    open_due,
    running_plan_of,
    told_before_signing,
)
from clinic.monitoring.queries.results import (
    Group,
    Result,
    get_measurement,
    newest_facts,
    newest_results,
    results_of_kind,
)

__all__ = [
    "LIST_ROWS",
    "ClientDue",
    "DueList",
    "Group",
    "Result",
    "due_everywhere",
    "due_list",
    "due_of_client",
    "get_measurement",
    "known_due",
    "lines_of_client",
    "newest_facts",
    "newest_results",
    "open_due",
    "results_of_kind",
    "running_plan_of",
    "told_before_signing",
]

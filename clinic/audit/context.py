"""Where a deed comes from: the address and request id of the page that is being answered."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The network address and the request's own id; both empty for work in the background."""

    address: str | None = None
    request_id: str = ""


current_origin: ContextVar[Origin] = ContextVar("current_origin", default=Origin())  # noqa: B039 - an Origin is frozen

"""Where a deed comes from: the address and request id of the page that is being answered."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """The network address and the request's own id; both empty for work in the background.

    `refusals` are what a deed of this request was refused: the middleware writes them after the answer, when no
    transaction of the deed can take them back.
    """

    address: str | None = None
    request_id: str = ""
    refusals: list[dict[str, Any]] = field(default_factory=list)


current_origin: ContextVar[Origin] = ContextVar("current_origin", default=Origin())  # noqa: B039 - never written to

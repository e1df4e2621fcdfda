"""What the workspace publishes: the changes that a screen may want to show."""

from typing import TypeAlias

from tui.api.errors import ApiError
from tui.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ListChanged:
    """The sessions, the indexes or what is known of them changed."""


@dataclass(frozen=True, slots=True)
class TranscriptChanged:
    """A conversation changed."""

    session_id: str


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """The questions that wait in a session changed, or whether they are sent by themselves."""

    session_id: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is over; `well`: with its whole answer."""

    session_id: str
    well: bool


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """A question was given back: it stands in the session's draft again."""

    session_id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about a session, fit to show."""

    session_id: str
    words: str


@dataclass(frozen=True, slots=True)
class OpeningFailed:
    """A conversation cannot be shown at all, because of `error`; `why` is fit to show."""

    session_id: str
    why: str
    error: ApiError


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """An operation did not succeed; the error's message is fit to show."""

    error: ApiError


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request failed with `error`, and is sent again in so many seconds; None: one that waited has come to an end."""

    error: ApiError | None
    seconds: float


Update: TypeAlias = (
    ListChanged
    | TranscriptChanged
    | QueueChanged
    | TurnEnded
    | DraftChanged
    | Notice
    | OpeningFailed
    | RequestFailed
    | Retrying
)

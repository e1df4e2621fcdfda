"""The values of the chat API, as plain frozen dataclasses.

Importing this module costs nothing: validation (pydantic) is in `tui.api.decoding`, which turns JSON into these values
and is loaded only when something is on the wire. Every text in these values has passed `tui.sanitize.clean`;
identifiers are kept exactly as the server sent them, because they are sent back.

Source: the API reference pages "Chat" (list, create, get, summary, title, stream), "Indexes", "Projects" and
"Attachments". Fields newer than the oldest supported server are optional and default to their absence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from tui.lazy_dataclass import dataclass

MORE_THAN_SHOWN = "more than is shown"
"""How what is cut, because it is too long, says so."""

MAX_PROMPT_CHARS = 1000
"""Longest prompt of one turn, in Unicode code points (reference: `prompt`, maxLength)."""

MAX_BOUND_INDEXES = 10
"""Most indexes that a session can be bound to (chat guide)."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A chunk of the agent's reasoning. The `Thinking` event that follows repeats the whole run."""

    content: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A chunk of the agent's answer. The `Text` event that follows repeats the whole run."""

    content: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """One complete block of reasoning."""

    content: str


@dataclass(frozen=True, slots=True)
class Text:
    """One complete block of the answer, in Markdown."""

    content: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent calls a tool. `arguments` is a JSON object of any shape."""

    call_id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ImageAttachment:
    """Where a page's picture can be had: see `Client.attachment_url`."""

    attachment_name: str
    source_id: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool answered: any JSON value. It belongs to the `ToolCall` with the same `call_id`."""

    call_id: str
    name: str
    result: object
    image_attachment: ImageAttachment | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a turn cost. `turns` counts the agent's rounds; `duration_ms` is in milliseconds. Each may be unknown."""

    duration_ms: float | None = None
    total_input_tokens: int | None = None
    total_output_tokens: int | None = None
    turns: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The turn is over. `skipped_index_ids` are the requested indexes that it could not query."""

    is_error: bool = False
    error: str | None = None
    usage: Usage = field(default_factory=Usage)
    skipped_index_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class UserInput:
    """A question of the user's: it opens a turn."""

    content: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a type this version does not know, or one that is not of its type's shape.

    `name` is the type it claims (or the SSE event name, or ""); `raw` is its JSON text, or the bytes as they came where
    they are not JSON.
    """

    name: str
    raw: str


ContentEvent: TypeAlias = ThinkingDelta | TextDelta | Thinking | Text | UserInput
"""An event that is nothing but a text, its `content`."""

Event: TypeAlias = ContentEvent | ToolCall | ToolResult | Stop | Unknown

EVENT_TYPES: Mapping[str, type[Event]] = {
    "thinking_delta": ThinkingDelta,
    "text_delta": TextDelta,
    "thinking": Thinking,
    "text": Text,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "stop": Stop,
    "user_input": UserInput,
}
"""The class of each event by the `type` that it has in the API. `Unknown` has none."""

EVENT_NAMES: Mapping[type[Event], str] = {kind: name for name, kind in EVENT_TYPES.items()}
"""`EVENT_TYPES` the other way round."""


def begins_turn(event: Event, *, is_open: bool) -> bool:
    """Whether a turn of a history begins with this event. `is_open` tells that the one before it has no `Stop` yet.

    A history may lack questions and ends: what comes behind an end is a turn too, but a second end that tells of no
    error belongs to none.
    """
    match event:
        case UserInput():
            return True
        case Stop():
            return event.is_error and not is_open
        case _:
            return not is_open


@dataclass(frozen=True, slots=True)
class Session:
    """A session without its events. `index_ids` is None when it is unbound; times are aware, in UTC."""

    session_id: str
    last_updated_at: datetime | None = None
    generated_title: str | None = None
    index_ids: Sequence[str] | None = None
    shared_access: str | None = None


@dataclass(frozen=True, slots=True)
class SourceDirectory:
    """A directory that files are uploaded to and indexes are made over."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a directory. `unique_id` is chosen by whoever uploads it, and is there once in a directory."""

    id: str
    display_name: str
    unique_id: str


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document of an index: what is asked for by, and what it is called."""

    file_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SkippedDocument:
    """A file that an index does not have, and why, in words that follow its name: "it is larger than 20 MB"."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentRemark:
    """What an index does not have of a document, or guessed, in words that follow its name: "page 2 without text"."""

    name: str
    remark: str


@dataclass(frozen=True, slots=True)
class Index:
    """An index that sessions can be bound to.

    `status` and `error_message` come from the index's `metadata`; "ready" and "failed" are documented values.
    `sync_in_progress` is None where the server did not say. Older routes name an index by `export_config_id`.
    The embedded server tells in `metadata` how far a sync is, the status "syncing" until the first one, or one that was
    asked for, has ended, how many documents it has and skipped, its `folder` on this machine, and of one index also the
    first 100 of the skipped ones, and of those with a remark, and the `size` of all its documents in bytes.
    """

    id: str
    name: str
    description: str | None = None
    project_id: str | None = None
    export_config_id: str | None = None
    last_synced_at: datetime | None = None
    status: str | None = None
    error_message: str | None = None
    files_done: int | None = None
    files_total: int | None = None
    files: int | None = None
    skipped_files: int | None = None
    size: int | None = None
    skipped: Sequence[SkippedDocument] = ()
    remarks: Sequence[DocumentRemark] = ()
    folder: str | None = None
    sync_in_progress: bool | None = None

    @property
    def is_syncing(self) -> bool:
        """Whether the server said that its documents are being read now."""
        return bool(self.sync_in_progress) or self.status == "syncing" or self.files_total is not None

    @property
    def is_waiting(self) -> bool:
        """Whether its documents are still to be read for the first time, after those of another index."""
        return self.status == "waiting"


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the account; a key is normally bound to one."""

    id: str
    name: str
    organization_id: str | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class PresignedUrl:
    """An address that needs no key, until it expires."""

    url: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Page(Generic[_Item]):
    """One page of a list. `next_page_token` is None on the last page."""

    items: Sequence[_Item]
    next_page_token: str | None = None

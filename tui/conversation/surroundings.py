"""A passage in its document: the text before and behind it, as far as it has been read. Pure."""

from dataclasses import replace

from tui.lazy_dataclass import dataclass
from tui.sanitize import clean

STRETCH_CHARS = 6_000
"""So much of a document is read at a time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A passage of a document, with the stretches read before and behind it, in their order, all safe to show.

    `is_there` is false where the document has been changed and has the passage no more: it is read on behind it from
    its old place, with what stands there now. `first` and `last` are the offsets up to which the document has been
    read; it begins or ends there where `begins` or `ends` is true.
    """

    passage: str
    first: int
    last: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    begins: bool = False
    ends: bool = False
    is_there: bool = True


def begin(passage: str, start: int, end: int, *, is_there: bool = True) -> Surroundings:
    """A passage of which nothing around has been read."""
    return Surroundings(passage, start, end, begins=start == 0, is_there=is_there)


def asked_before(known: Surroundings) -> tuple[int, int]:
    """The offset and the length of the stretch that comes before what is known."""
    offset = max(0, known.first - STRETCH_CHARS)
    return offset, known.first - offset


def with_before(known: Surroundings, text: str) -> Surroundings:
    """With the stretch that was read before, as it came. It is kept from a line on; the rest comes with the next."""
    offset, _ = asked_before(known)
    line = 0 if offset == 0 else text.find("\n") + 1
    cut = line if line < len(text) else 0
    kept = text[cut:]
    return replace(
        known,
        first=offset + cut,
        before=(clean(kept), *known.before) if kept else known.before,
        begins=offset == 0 or not text,
    )


def with_after(known: Surroundings, text: str) -> Surroundings:
    """With the stretch that was read behind, as it came. It ends with a line, unless the document ends there."""
    ends = len(text) < STRETCH_CHARS
    kept = text if ends else text[: text.rfind("\n") + 1] or text
    return replace(
        known,
        last=known.last + len(kept),
        after=(*known.after, clean(kept)) if kept else known.after,
        ends=ends,
    )

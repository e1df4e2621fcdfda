"""How an index is shown in a list: a box to tick, its name, its state, and what it is about."""

from rich.cells import set_cell_size
from textual.content import Content

from tui.api.models import Index
from tui.conversation.catalogue import age, age_in_words, now
from tui.sanitize import clean_line


def index_row(index: Index, width: int, *, is_ticked: bool) -> Content:
    """One or two lines of at most `width` columns."""
    state = _state(index)
    name = set_cell_size(clean_line(index.name), max(8, width - len(state) - 3))
    style = "$text-error" if index.status == "failed" else "$foreground-muted"
    head = Content.assemble(("☑ " if is_ticked else "☐ ", "$accent"), (name, "bold"), " ", (state, style))
    about = clean_line(index.error_message or index.description or "", width)
    return head if not about else Content("\n").join([head, Content.styled(f"  {about}", "$foreground-muted")])


def searched_text(index: Index) -> str:
    """What a filter looks at, casefolded: the name and the description."""
    return f"{clean_line(index.name)} {clean_line(index.description or '')}".casefold()


def nearness(index: Index, typed: str) -> int | None:
    """How well an index fits what was typed, casefolded: 0 where it stands there, 1 where its letters are in the name.

    None where not even those do, in their order. Blanks count for nothing then.
    """
    if typed in searched_text(index):
        return 0
    letters = iter(clean_line(index.name).casefold())
    return 1 if all(letter in letters for letter in typed if not letter.isspace()) else None


def _state(index: Index) -> str:
    if index.is_syncing:
        return f"syncing {index.files_done or 0:,} of {index.files_total:,}" if index.files_total else "syncing"
    synced = ""
    if then := index.last_synced_at:
        failed = index.status == "failed"
        synced = f"last synced {age_in_words(then, now())}" if failed else f"synced {age(then, now())}"
    return " · ".join(filter(None, [clean_line(index.status or "", 20), synced]))

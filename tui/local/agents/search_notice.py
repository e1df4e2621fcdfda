"""What an answer says of the search that it comes from. Pure.

Numbers and paths stand in code: they are nothing that a document would have to say.
"""

from collections.abc import Sequence

from tui.counts import counted
from tui.local.agents.markdown_text import escaped_line
from tui.local.library.files import KEPT
from tui.local.library.index_state import IndexState
from tui.sanitize import clean_line


def by_words_alone(problem: str | None) -> str:
    """What stands below an answer whose passages were not found by their meaning, for this reason; "" for none."""
    return f"\n\n*Searched by words alone. {escaped_line(clean_line(problem))}*" if problem else ""


def not_up_to_date(states: Sequence[IndexState]) -> str:
    """What stands below an answer from indexes of which some could not be read again; "" where all were."""
    return "".join(f"\n\n*{_from_before(state)}*" for state in states if state.error)


def nothing_was_read(states: Sequence[IndexState]) -> str | None:
    """Why nothing can be searched, where nothing at all was read because that failed; else None."""
    failed = [state for state in states if state.error]
    if not failed or any(state.files for state in states):
        return None
    return " ".join(f"{clean_line(state.name)} holds nothing to search. {_sentence(state.error)}" for state in failed)


def unread_files(states: Sequence[IndexState]) -> str:
    """What stands below an answer that found nothing, of the files that may hold it; "" where all were read."""
    some = [state for state in states if state.skipped_files]
    told = " and ".join(f"`{counted(state.skipped_files, 'file')}` of {_name(state)}" for state in some)
    return f"\n\n*{told} could not be read; the index names them.*" if some else ""


def _from_before(state: IndexState) -> str:
    reason = clean_line(state.error or "").partition(f". {KEPT}")[0].rstrip(".").replace("`", "'")
    if state.synced is None:
        return f"{_name(state)} is not read to its end (`{reason}`). This is from the part that was."
    read_at = f"{state.synced[:16].replace('T', ' ')} UTC"
    return f"{_name(state)} is not up to date (`{reason}`). This is from what was read of it at `{read_at}`."


def _sentence(error: str | None) -> str:
    return f"{clean_line(error or '').rstrip('.')}."


def _name(state: IndexState) -> str:
    return escaped_line(clean_line(state.name))

"""What the conversation pane draws: questions, parts and the ends of turns, as rows at a width.

The pane keeps a `Block` for each part that is on the screen and gives it the part again whenever that is another
object. Nothing here depends on when a part came: a conversation rebuilt from its history looks as it did live.
Blocks hold no rows around themselves; `tui.rendering.folding` says where the pane puts a blank one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tui.api.models import Stop, Usage
from tui.conversation.plain_text import plain_text
from tui.conversation.transcript import Answer, Broken, End, Omitted, Part, Thought, ToolUse, Unrecognized
from tui.counts import counted
from tui.rendering.lines import BLANK, MUTED, Line, Span, Style
from tui.rendering.markdown import MarkdownBlocks
from tui.rendering.results import MAX_CHARS, result_lines, tree_lines
from tui.rendering.tool_line import tool_line
from tui.rendering.wrapping import fold, indented, shortened, wrap_text
from tui.sanitize import clean, clean_line

MAX_QUESTION = 16 * 1024
"""Characters of a question that are drawn: far more than the service accepts."""

TOLD_CHARS = 64 * 1024
"""Where more characters of an answer are to be drawn yet, it is said below its rows how far they are."""

_PROMPT = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"
_MARGIN = (Span("  "),)
_QUESTION = Style("question", bold=True)
_THOUGHT = Style("thought")
_ERROR = Style("error")


class Block(Protocol):
    """The rows of one part, as a sequence.

    `behind` is more than 0 where the part is so long that the same update must be given again to go on.
    """

    behind: int

    def update(self, part: Part) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, y: int) -> Line: ...


def block_for(part: Part, width: int, folded: bool) -> Block:
    """The block that draws a part, and any later state of the same part, folded or not."""
    block: Block
    match part:
        case Answer():
            block = _AnswerBlock(width)
        case Thought() if not folded:
            block = _ThoughtBlock(width)
        case _:
            block = _StillBlock(width, folded)
    block.update(part)
    return block


def question_lines(question: str | None, width: int) -> list[Line]:
    """A question, marked in the margin."""
    if question is None:
        return []
    text = clean(question[:MAX_QUESTION]) + ("…" if len(question) > MAX_QUESTION else "")
    lines = wrap_text(text, width - 2, _QUESTION)
    return indented(lines, (Span(f"{_PROMPT} ", _QUESTION),), _MARGIN)


def end_lines(end: End | None, width: int, index_names: Mapping[str, str], missing: str = "") -> list[Line]:
    """How a turn ended: what is missing in the evidence for it, in words, what went wrong, which indexes were left out,
    and what it cost. A running turn has none.
    """
    found = _sentence(f"{missing} · u goes to the next one", width, MUTED) if missing else []
    match end:
        case None:
            return []
        case Broken(reason, is_error):
            return [*found, *_sentence(reason, width, _ERROR if is_error else MUTED)]
        case Stop():
            return [
                *found,
                *_failure(end, width),
                *_skipped(end.skipped_index_ids, index_names, width),
                *_usage(end.usage, width),
            ]


class _AnswerBlock:
    """An answer, drawn as it grows."""

    def __init__(self, width: int) -> None:
        self.behind = 0
        self._markdown = MarkdownBlocks(width)
        self._progress: Sequence[Line] = ()

    def update(self, part: Part) -> None:
        assert isinstance(part, Answer)
        self._markdown.update(part.text, part.settled)
        self.behind = self._markdown.behind
        self._progress = _progress(self.behind, len(part.text)) if self.behind > TOLD_CHARS else ()

    def __len__(self) -> int:
        return len(self._markdown) + len(self._progress)

    def __getitem__(self, y: int) -> Line:
        drawn = len(self._markdown)
        return self._markdown[y] if y < drawn else self._progress[y - drawn]


def _progress(behind: int, chars: int) -> Sequence[Line]:
    words = f"… {100 * (chars - behind) // chars} % of {chars:,} characters are drawn"
    return BLANK, Line((Span(words, MUTED),), decoration=len(words))


class _ThoughtBlock:
    """Thinking, unfolded: a head, and the text set in below it."""

    def __init__(self, width: int) -> None:
        self.behind = 0
        self._head = BLANK
        self._markdown = MarkdownBlocks(width - 2, _THOUGHT)

    def update(self, part: Part) -> None:
        assert isinstance(part, Thought)
        self._markdown.update(part.text, part.settled)
        self._head, self.behind = _thought_head(part, folded=False), self._markdown.behind

    def __len__(self) -> int:
        return 1 + len(self._markdown) if len(self._markdown) else 0

    def __getitem__(self, y: int) -> Line:
        return indented((self._markdown[y - 1],), _MARGIN)[0] if y else self._head


class _StillBlock:
    """A part that is drawn at once."""

    def __init__(self, width: int, folded: bool) -> None:
        self.behind = 0
        self._width = width
        self._folded = folded
        self._lines: Sequence[Line] = ()
        self._part: Part | None = None

    def update(self, part: Part) -> None:
        if part is not self._part:
            self._part = part
            self._lines = _still_lines(part, self._width, self._folded)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, y: int) -> Line:
        return self._lines[y]


def _still_lines(part: Part, width: int, folded: bool) -> Sequence[Line]:
    match part:
        case Thought():
            return [_thought_head(part, folded)] if part.text.strip() else []
        case ToolUse():
            head = tool_line(part, width, _mark(folded))
            return [head] if folded else [head, *_tool_details(part, width)]
        case Unrecognized():
            return _unrecognized(part, width, folded)
        case Omitted():
            return wrap_text(plain_text(part), width, MUTED)
        case Answer():
            return []


def _thought_head(part: Thought, folded: bool) -> Line:
    took = f" for {part.seconds:.0f} s" if part.seconds and part.seconds >= 1 else ""
    return Line((_mark(folded), Span(f"Thought{took}" if part.settled else "Thinking…", _THOUGHT)), decoration=2)


def _mark(folded: bool) -> Span:
    return Span("▸ " if folded else "▾ ", MUTED)


def _tool_details(part: ToolUse, width: int) -> list[Line]:
    """All arguments, then the result."""
    lines: list[Line] = []
    if part.arguments:
        lines += [*tree_lines(part.arguments, width - 2), BLANK]
    if part.returned is None:
        return indented(
            [*lines, *_sentence("No result." if part.is_over else "No result yet.", width - 2, MUTED)], _MARGIN
        )
    lines += result_lines(part.returned.value, width - 2)
    if part.returned.image is not None:
        lines += _sentence(f"[image: {part.returned.image.attachment_name}]", width - 2, MUTED)
    return indented(lines, _MARGIN)


def _unrecognized(part: Unrecognized, width: int, folded: bool) -> list[Line]:
    label = f"Unknown event {clean_line(part.name, 40)}" if part.name.strip() else "Unknown event"
    head = Line((_mark(folded), Span(shortened(label, width - 2), MUTED)), 2)
    if folded or not part.raw.strip():
        return [head]
    raw = clean(part.raw[:MAX_CHARS]).expandtabs(4).strip("\n") + ("…" if len(part.raw) > MAX_CHARS else "")
    return [head, *indented(fold((Span(raw),), width - 2), _MARGIN)]


def _sentence(text: str, width: int, style: Style) -> list[Line]:
    return wrap_text(clean(text[:MAX_CHARS]).strip(), width, style) if text.strip() else []


def _failure(stop: Stop, width: int) -> list[Line]:
    if not stop.is_error:
        return []
    reason = (stop.error or "").strip()
    return _sentence(f"Error: {reason}" if reason else "The turn failed. The server gave no reason.", width, _ERROR)


def _skipped(index_ids: Sequence[str], index_names: Mapping[str, str], width: int) -> list[Line]:
    if not index_ids:
        return []
    names = ", ".join(clean_line(index_names.get(each, each), 60) for each in index_ids[:20])
    which = "index" if len(index_ids) == 1 else f"{len(index_ids)} indexes"
    return _sentence(f"Not searched, because the server could not query the {which}: {names}", width, MUTED)


def _usage(usage: Usage, width: int) -> list[Line]:
    shown: Sequence[tuple[float | None, Callable[[float], str]]] = (
        (usage.total_input_tokens, lambda tokens: f"{tokens:,} in"),
        (usage.total_output_tokens, lambda tokens: f"{tokens:,} out"),
        (usage.duration_ms, _duration),
        (usage.turns, lambda turns: counted(turns, "round")),
    )
    words = [say(number) for number, say in shown if number is not None and 0 <= number < 1e15]
    return _sentence(" · ".join(words), width, MUTED)


def _duration(milliseconds: float) -> str:
    if milliseconds < 59_950:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes:,} min {seconds} s"

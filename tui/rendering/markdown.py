r"""Markdown as rows, also while it streams.

Only the tail of a text can still change: a block is finished once the next one has begun, an item of a list once the
next item has. What is finished is frozen, and an update parses and draws the open tail only, so that it costs the same
at the end of a long answer as at its beginning:

    the text goes on with      frozen                          open
    # Head\n\nA fact:\n        Head                            A fact:
    \n- one\n- two\n           Head, A fact:, - one            - two                 the tail begins with an item
    \n```py\nx = 1\n           Head, A fact:, - one, - two     x = 1
    18 lines more              ..., 16 lines of code           the last three        the tail is within the fence
    ```\n                      ..., 16 lines of code           the last three
    \nSo\n                     ..., the code as a whole        So

Code is drawn once more when its fence has closed, since a string may span its sections. What else is frozen stays so,
unless the end of the text shows that it looks otherwise as a whole (the address of a link is defined further down, or a
block without an end was cut): then all of it is drawn again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from itertools import islice
from time import perf_counter
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from tui.lazy_dataclass import dataclass
from tui.rendering.blocks import BlockContext, drawing_block, fence_language, is_blank
from tui.rendering.code import MAX_HIGHLIGHTED, drawing_code
from tui.rendering.freezing import Step, finished, step_to_cut
from tui.rendering.inline import MAX_INLINE_CHARS, References
from tui.rendering.lines import BLANK, PLAIN, Line, Style
from tui.rendering.tail import Parsed, Tail, parse
from tui.rendering.wrapping import cut
from tui.sanitize import clean

MAX_PARSED_CHARS = 16 * 1024
"""Most characters that are parsed as one. A longer block is cut, so that no input takes more than linear time."""

MAX_MARKS = 768
"""Most lines, cells and markers of items that are parsed as one: the parser makes objects of the shortest, too."""

MAX_FROZEN_CHARS = 8 * 1024
"""Characters frozen by one update, after which it goes no further: what is left is `behind`, and the next goes on."""

DRAWN_SECONDS = 0.006
"""Where more text than that is to be drawn, an update goes no further after so long either."""

_MARK = re.compile(r"[\n|]|[-+*.)>][ \t]")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is drawn for good: so many rows, of all the text before the tail."""

    rows: int = 0

    tail: Tail = field(default_factory=Tail)

    references: dict[str, Any] = field(default_factory=dict[str, Any])
    """The link definitions in that text. Never changed, as all that is in here."""

    fence: "Frozen | None" = None
    """What was frozen before the code fence began that the tail is in: gone back to when the fence closes."""

    reach: int = 0
    """The place in the text up to which it must be parsed as one, so that a fence gone back to is closed in it."""

    was_cut: bool = False
    """Whether a block was frozen in pieces that would look otherwise as a whole."""


@dataclass(slots=True)
class _Drawing:
    """Blocks on their way to be frozen: the rows so far, the rows to come, and what is frozen with them."""

    pieces: Iterator[Sequence[Line]]
    then: Frozen
    rows: list[Line] = field(default_factory=list[Line])


class MarkdownBlocks:
    """The rows of one Markdown text at one width, as a sequence. `style` is that of its plain text.

    `behind` is how many characters are not drawn yet: a long text takes several updates.
    """

    def __init__(self, width: int, style: Style = PLAIN) -> None:
        self.behind = 0
        self._width = width
        self._style = style
        self._text = ""
        self._settled = False
        self._parsed: tuple[str, str, dict[str, Any], Parsed] | None = None
        self._begin()

    def __len__(self) -> int:
        return len(self._rows) + len(self._open)

    def __getitem__(self, y: int) -> Line:
        frozen = len(self._rows)
        return self._rows[y] if y < frozen else self._open[y - frozen]

    def __iter__(self) -> Iterator[Line]:
        yield from self._rows
        yield from self._open

    def update(self, text: str, settled: bool) -> None:
        """Draw the text. It usually begins with the text before; any other text is drawn from its beginning.

        A settled text looks the same whatever updates came before it.
        """
        text = clean(text) if "\r" in text else text
        if (text, settled, 0) == (self._text, self._settled, self.behind):
            return
        if not text.startswith(self._text) or (self._settled and (text, settled) != (self._text, True)):
            self._begin()
        self._text, self._settled = text, settled
        self._was_streamed = self._was_streamed or not settled
        self._advance()
        if settled and not self.behind and self._looks_otherwise_now():
            self._begin(self._frozen.references)
            self._advance()
        self._parsed = None

    def _begin(self, references: dict[str, Any] | None = None) -> None:
        """Go back to the beginning; `references` are all that the text defines, if that is known."""
        self._frozen = Frozen(references=references or {})
        self._drawing: _Drawing | None = None
        self._rows: list[Line] = []
        self._open: list[Line] = []
        self._unfinished: tuple[int, int, bool] | None = None  # where nothing was finished when it was looked at last
        self._knows_references = references is not None
        self._was_streamed = False

    def _looks_otherwise_now(self) -> bool:
        """Whether rows were frozen that look otherwise in the light of the whole text."""
        frozen = self._frozen
        return (bool(frozen.references) and not self._knows_references) or (self._was_streamed and frozen.was_cut)

    def _advance(self) -> None:
        """Freeze what is finished, up to the limit of an update, and draw what is open."""
        begin, self.behind, until = self._frozen.tail.at, 0, perf_counter() + DRAWN_SECONDS
        while True:
            if self._drawing is not None and not self._draw_on(self._drawing, until):
                self.behind = len(self._text) - self._frozen.tail.at
                return
            at = self._frozen.tail.at
            source, is_long = self._window()
            ends = self._settled and at + len(source) >= len(self._text)
            if at - begin >= MAX_FROZEN_CHARS:
                self.behind = len(self._text) - at
                return
            whole_lines = len(source) if ends else source.rfind("\n") + 1
            if (at, whole_lines, ends) != self._unfinished:
                if self._freeze(source[:whole_lines], ends):
                    continue
                self._unfinished = at, whole_lines, ends
            if ends:
                return
            was_parsed = is_long and whole_lines > 0  # but for its last line
            if not self._cut(source, self._parse(source[:whole_lines] if was_parsed else source), is_long):
                parsed = self._parse(source)
                pieces = self._pieces(parsed, parsed.blocks, parsed.references)
                self._open = [line for lines in pieces for line in lines]
                del self._rows[self._frozen.rows :]  # those of a fence that was gone back to
                return

    def _draw_on(self, drawing: _Drawing, until: float) -> bool:
        """Draw what is to be frozen, and freeze it; False if there was no time for all. Until then nothing changes."""
        is_long = len(self._text) - self._frozen.tail.at > MAX_FROZEN_CHARS
        for lines in drawing.pieces:
            drawing.rows += lines
            if is_long and perf_counter() > until:
                return False
        self._rows[self._frozen.rows :] = drawing.rows
        self._frozen, self._open, self._drawing = replace(drawing.then, rows=len(self._rows)), [], None
        return True

    def _freeze(self, source: str, ends: bool) -> bool:
        """Freeze what is finished at the beginning of the source, or go back to its fence; False if nothing is."""
        if not source.strip():
            return False
        parsed = self._parse(source)
        if self._reopen_fence(parsed, has_closed=ends or len(parsed.blocks) > 1):
            return True
        step = finished(parsed, self._frozen.tail, ends)
        return step is not None and self._take(parsed, step)

    def _window(self) -> tuple[str, bool]:
        """What is parsed as one from the tail on, and whether that is as much as there may be."""
        at, reach = self._frozen.tail.at, self._frozen.reach
        source = self._text[at : max(at + MAX_PARSED_CHARS, reach)]
        if at < reach or len(source) <= MAX_MARKS:
            return source, len(source) >= MAX_PARSED_CHARS
        last = next(islice(_MARK.finditer(source), MAX_MARKS, None), None)
        if last is None:
            return source, len(source) >= MAX_PARSED_CHARS
        return source[: source.rfind("\n", 0, last.start()) + 1 or last.start()], True

    def _cut(self, source: str, parsed: Parsed, is_long: bool) -> bool:
        """Freeze a piece of an open block that is too long; False if it is not. Drawn once more when it settles."""
        is_paragraph = [block.type for block in parsed.blocks] == ["paragraph"]
        size = len(source) if is_long else MAX_PARSED_CHARS
        if is_paragraph and not self._settled:
            size = min(size, MAX_INLINE_CHARS)
        if len(source) < size:
            return False
        at = source.rfind("\n", size // 2, size) + 1 or cut(source, size)
        head = self._parse(source[:at])
        self._frozen = replace(self._frozen, was_cut=True)
        return self._take(head, step_to_cut(head, goes_on=bool(self._frozen.tail.prefix)))

    def _take(self, parsed: Parsed, step: Step) -> bool:
        """Freeze the blocks of a step; False if it leads no further."""
        frozen = self._frozen
        offset = min(parsed.offset(step.line), len(parsed.source))
        if not offset:
            return False
        defined = parsed.references.maps[0].items()
        references = {label: found for label, found in defined if found["map"][1] <= step.line}
        references = references | frozen.references if references else frozen.references
        pieces = self._pieces(parsed, step.blocks, references)  # what looks defined further down may still change
        then = replace(
            frozen,
            tail=replace(step.tail, at=frozen.tail.at + offset),
            references=references,
            fence=(frozen.fence or frozen) if step.tail.is_in_fence else None,
        )
        self._drawing = _Drawing(pieces, then)
        return True

    def _reopen_fence(self, parsed: Parsed, *, has_closed: bool) -> bool:
        """Go back to where the fence begins that has closed, to highlight it whole; False if there is none."""
        frozen, fence = self._frozen, self._frozen.fence
        if fence is None or not has_closed:
            return False
        block = parsed.blocks[0]
        end = frozen.tail.at + parsed.offset(block.map[1] if block.map else 0)
        if end - fence.tail.at > MAX_HIGHLIGHTED or block.type != "fence":
            self._frozen = replace(frozen, fence=None, was_cut=True)
            return False
        reach = frozen.tail.at + len(parsed.source)
        self._frozen = replace(fence, references=frozen.references, reach=reach, was_cut=frozen.was_cut)
        return True

    def _parse(self, source: str) -> Parsed:
        """The blocks of a source behind what is frozen. The last ones are known until the update is over."""
        prefix, references, parsed = self._frozen.tail.prefix, self._frozen.references, self._parsed
        if parsed is None or parsed[:2] != (prefix, source) or parsed[2] is not references:
            self._parsed = parsed = prefix, source, references, parse(source, prefix, references)
        return parsed[3]

    def _pieces(
        self, parsed: Parsed, blocks: Sequence[SyntaxTreeNode], references: References
    ) -> Iterator[Sequence[Line]]:
        """The rows of blocks that follow what is frozen, in pieces that take a few milliseconds each."""
        context = BlockContext(self._width, parsed.lines, references, self._style)
        has_rows = bool(self._frozen.rows)
        for number, block in enumerate(blocks):
            is_apart = has_rows and (number > 0 or self._begins_apart())
            for lines in drawing_block(block, context) if number else self._first_pieces(block, context):
                if lines and is_apart:
                    yield (BLANK,)
                    is_apart = False
                has_rows = has_rows or bool(lines)
                yield lines

    def _first_pieces(self, block: SyntaxTreeNode, context: BlockContext) -> Iterator[Sequence[Line]]:
        tail = self._frozen.tail
        if tail.is_in_fence and block.type == "fence":
            language = fence_language(block.info)
            pieces = drawing_code(block.content.removesuffix("\n"), language, self._width)
        else:
            pieces = drawing_block(block, context, tail.number)
        continues = tail.continues if block.type in ("paragraph", "fence") else None
        for lines in pieces:
            if lines and continues is not None:
                first, *others = lines
                yield [replace(first, continues=continues), *others]
                continues = None
            else:
                yield lines

    def _begins_apart(self) -> bool:
        """Whether a blank row stands between what is frozen and the tail."""
        tail = self._frozen.tail
        before = self._text[self._text.rfind("\n", 0, max(0, tail.at - 1)) + 1 : max(0, tail.at - 1)]
        return tail.joint == "block" or (tail.joint == "item" and is_blank(before))

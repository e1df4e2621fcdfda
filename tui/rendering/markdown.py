"""Markdown as rows, also while it streams.

Only the tail of a text can still change: a block is finished once the next one has begun, an item of a list once the
next item has. What is finished is frozen, and an update parses the tail only, so that it costs the same at the end of a
long answer as at its beginning. An open fence and a long table are frozen section by section, and whatever still is
longer than a window is cut there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from tui.rendering.blocks import BlockContext, block_lines, fence_language, first_number, is_blank
from tui.rendering.code import MAX_HIGHLIGHTED, code_lines
from tui.rendering.inline import PIECE
from tui.rendering.lines import BLANK, PLAIN, Line, Span
from tui.rendering.tail import Parsed, Tail, first_line, parse, table_head, tail_after_cut
from tui.rendering.wrapping import cut
from tui.sanitize import clean

WINDOW = 16 * 1024
"""Most characters that are parsed as one. A longer block is cut, so that no input takes more than linear time."""

BUDGET = 8 * 1024
"""Characters after which an update goes no further: what is left is `behind`, and the next update goes on with it."""

CODE_SECTION = 16
"""Lines of an open fence that are frozen together."""

TABLE_SECTION = 64
"""Rows that share their column widths: a longer table is drawn in sections, each below the header."""

_LISTS = ("bullet_list", "ordered_list")


class MarkdownBlocks:
    """The rows of one Markdown text at one width, as a sequence. `look` is the look of its plain text.

    `first_changed` is the first row that the last update changed or added (the length, if none). `behind` is how many
    characters are not drawn yet: a text over `BUDGET` takes several updates. `parsed` is how many characters the last
    update parsed.
    """

    def __init__(self, width: int, look: Span = PLAIN) -> None:
        self.first_changed = 0
        self.behind = 0
        self.parsed = 0
        self._width = width
        self._look = look
        self._text = ""
        self._settled = False
        self._begin()

    def __len__(self) -> int:
        return len(self._frozen) + len(self._open)

    def __getitem__(self, y: int) -> Line:
        frozen = len(self._frozen)
        return self._frozen[y] if y < frozen else self._open[y - frozen]

    def __iter__(self) -> Iterator[Line]:
        yield from self._frozen
        yield from self._open

    def update(self, text: str, settled: bool) -> None:
        """Draw the text. It usually begins with the text before; any other text is drawn from its beginning.

        A settled text looks the same whatever updates came before it.
        """
        text = clean(text) if "\r" in text else text
        self.parsed = 0
        if (text, settled, 0) == (self._text, self._settled, self.behind):
            self.first_changed = len(self)
            return
        shown, self._kept = self._open, len(self._frozen)
        kept = self._kept
        if not text.startswith(self._text) or (self._settled and (text, settled) != (self._text, True)):
            self._begin()
        self._text, self._settled = text, settled
        self._streamed = self._streamed or not settled
        self._advance()
        if settled and not self.behind and self._must_begin_again():
            self._begin(self._references)
            self._advance()
        self.first_changed = self._first_difference(kept, shown)

    def _begin(self, references: dict[str, Any] | None = None) -> None:
        """Go back to the beginning; `references` are all that the text defines, if that is known."""
        self._tail = Tail()
        self._fence: tuple[Tail, int] | None = None
        self._reach = self._kept = 0
        self._frozen: list[Line] = []
        self._open: list[Line] = []
        self._references = references or {}
        self._knows_references = references is not None
        self._streamed = self._was_cut = False

    def _must_begin_again(self) -> bool:
        """Whether rows were frozen that look otherwise in the light of the whole text."""
        return (bool(self._references) and not self._knows_references) or (self._streamed and self._was_cut)

    def _first_difference(self, kept: int, shown: Sequence[Line]) -> int:
        y = min(kept, self._kept)
        for before in shown if y == kept else ():
            if y >= len(self) or self[y] != before:
                break
            y += 1
        return y

    def _advance(self) -> None:
        """Freeze what is finished, up to the budget, and draw what is open."""
        begin, self.behind, self._open = self._tail.at, 0, []
        while True:
            end = max(self._tail.at + WINDOW, self._reach)
            source = self._text[self._tail.at : end]
            ends = self._settled and end >= len(self._text)
            if self._tail.at - begin >= BUDGET:
                self.behind = len(self._text) - self._tail.at
                return
            if self._freeze(source if ends else source[: source.rfind("\n") + 1], ends):
                continue
            if ends:
                return
            parsed = self._parse(source)
            if not self._cut(parsed):
                self._open = self._rows(parsed, parsed.blocks)
                return

    def _parse(self, source: str) -> Parsed:
        self.parsed += len(source)
        return parse(source, self._tail.prefix, self._references)

    def _rows(self, parsed: Parsed, blocks: Sequence[SyntaxTreeNode]) -> list[Line]:
        setting = self._setting(parsed)
        rows: list[Line] = []
        for number, block in enumerate(blocks):
            new = self._first_rows(block, setting) if number == 0 else block_lines(block, setting)
            apart = number > 0 or self._begins_apart()
            if new and apart and (rows or self._frozen):
                rows.append(BLANK)
            rows += new
        return rows

    def _setting(self, parsed: Parsed) -> BlockContext:
        return BlockContext(self._width, parsed.lines, parsed.references, self._look)

    def _first_rows(self, block: SyntaxTreeNode, setting: BlockContext) -> list[Line]:
        tail = self._tail
        if tail.joint == "row" and tail.prefix and block.type == "fence":
            rows = code_lines(block.content.removesuffix("\n"), fence_language(block.info), self._width)
        else:
            rows = block_lines(block, setting, tail.number)
        if rows and block.type in ("paragraph", "fence") and tail.continues is not None:
            rows[0] = replace(rows[0], continues=tail.continues)
        return rows

    def _begins_apart(self) -> bool:
        at = self._tail.at
        before = self._text[self._text.rfind("\n", 0, max(0, at - 1)) + 1 : max(0, at - 1)]
        return self._tail.joint == "block" or (self._tail.joint == "item" and is_blank(before))

    def _freeze(self, source: str, ends: bool) -> bool:
        """Freeze the finished blocks, items, rows or lines at the beginning of the source; false if there are none."""
        if not source.strip():
            return False
        parsed = self._parse(source)
        for number, block in enumerate(parsed.blocks):
            finished = ends or number < len(parsed.blocks) - 1
            if number == 0 and finished and self._reopen_fence(parsed, block):
                return True
            if block.type == "table" and self._freeze_table(parsed, number):
                return True
            if not finished:
                return self._freeze_part(parsed, number)
        return ends and self._move(parsed, parsed.blocks, len(parsed.lines), Tail())

    def _move(self, parsed: Parsed, blocks: Sequence[SyntaxTreeNode], line: int, tail: Tail) -> bool:
        """Freeze the blocks and let the tail begin at a line of `parsed`; false if it begins there already."""
        offset = min(parsed.offset(line), len(parsed.source))
        if not offset:
            return False
        self._frozen += self._rows(parsed, blocks)
        for label, definition in parsed.references.maps[0].items():
            if definition["map"][1] <= line:
                self._references.setdefault(label, definition)
        self._tail = replace(tail, at=self._tail.at + offset)
        if not tail.prefix:
            self._fence = None
        return True

    def _freeze_part(self, parsed: Parsed, number: int) -> bool:
        """Freeze what comes before an open block, and what is finished of it."""
        block = parsed.blocks[number]
        if block.type in _LISTS and len(block.children) > 1:
            *items, last = block.children
            block.children = items
            first = first_number(block) if number or self._tail.number is None else self._tail.number
            tail = Tail(joint="item", number=first + len(items) if block.type == "ordered_list" else None)
            return self._move(parsed, parsed.blocks[: number + 1], first_line(last), tail)
        if block.type == "fence" and number == 0:
            return self._freeze_code(parsed, block)
        return number > 0 and self._move(parsed, parsed.blocks[:number], first_line(block), Tail())

    def _freeze_code(self, parsed: Parsed, block: SyntaxTreeNode) -> bool:
        """Freeze whole sections of an open fence. They are drawn once more when it closes: see `_reopen_fence`."""
        first = first_line(block)
        lines = (len(parsed.lines) - first - 3) // CODE_SECTION * CODE_SECTION
        if lines <= 0 or block.token is None:
            return False
        block.token.content = "".join(block.content.splitlines(keepends=True)[:lines])
        self._fence = self._fence or (self._tail, len(self._frozen))
        return self._move(parsed, [block], first + 1 + lines, Tail(prefix=f"{parsed.lines[first]}\n", joint="row"))

    def _reopen_fence(self, parsed: Parsed, block: SyntaxTreeNode) -> bool:
        """Go back to where a fence begins that has closed, to highlight it whole: strings may span its sections."""
        if self._fence is None:
            return False
        (tail, row), self._fence = self._fence, None
        end = self._tail.at + parsed.offset(block.map[1] if block.map else 0)
        if end - tail.at > MAX_HIGHLIGHTED or block.type != "fence":
            self._was_cut = True
            return False
        del self._frozen[row:]
        self._kept = min(self._kept, row)
        self._tail, self._reach = tail, self._tail.at + len(parsed.source)
        return True

    def _freeze_table(self, parsed: Parsed, number: int) -> bool:
        """Freeze the sections of a long table that have another row after them."""
        block = parsed.blocks[number]
        body = block.children[1] if len(block.children) > 1 else block
        rows = body.children
        count = (len(rows) - 1) // TABLE_SECTION * TABLE_SECTION
        if body is block or count <= 0:
            return False
        later: list[Line] = []
        for at in range(TABLE_SECTION, count, TABLE_SECTION):
            body.children = rows[at : at + TABLE_SECTION]
            later += [BLANK, *block_lines(block, self._setting(parsed))]
        body.children = rows[:TABLE_SECTION]
        tail = Tail(prefix=table_head(parsed, block))
        moved = self._move(parsed, parsed.blocks[: number + 1], first_line(rows[count]), tail)
        self._frozen += later
        return moved

    def _cut(self, parsed: Parsed) -> bool:
        """Cut an open block that is too long; false if it is not. What is cut is drawn once more when it settles."""
        block = parsed.blocks[0] if parsed.blocks else None
        is_paragraph = block is not None and block.type == "paragraph" and len(parsed.blocks) == 1
        size = PIECE if is_paragraph and not self._settled else WINDOW
        if len(parsed.source) < size:
            return False
        self._was_cut = True
        line_end = parsed.source.rfind("\n", size // 2, size) + 1
        at = line_end or cut(parsed.source, size)
        head = self._parse(parsed.source[:at])
        tail = tail_after_cut(head, bool(self._tail.prefix))
        if tail.prefix and tail.joint == "row":
            self._fence = self._fence or (self._tail, len(self._frozen))
        return self._move(head, head.blocks, len(head.lines), tail)

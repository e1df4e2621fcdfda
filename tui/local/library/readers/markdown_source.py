"""Writing Markdown that shows a text as it is. Pure."""

import re
from collections.abc import Sequence

_MARKS = re.compile(
    r"[`]"
    r"|\\(?=[!-/:-@\[-`{-~])"
    r"|\*(?!(?<=\s\*)\s)"
    r"|_(?!(?<=[^\W_]_)[^\W_])"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=\#?\w{1,31};)"
    r"|~(?=~)"
    r"|\](?=\()"
)
"""What CommonMark would read as a mark within a line."""

_LINE_START = re.compile(
    r"^(?:(\d{1,9})(?=[.)](?:\s|$))|(?=\#{1,6}(?:\s|$)|[-+*:~](?:\s|$)|>|=+\s*$|-{2,}\s*$|~~~|\[[^\]]+\]:|\|))"
)
"""What CommonMark, or its tables and definition lists, would read as the beginning of a block."""


def escaped(text: str) -> str:
    """A text within a line."""
    return _MARKS.sub(r"\\\g<0>", text) if _MARKS.search(text) else text


def escaped_start(line: str) -> str:
    """A line of escaped text, such that it begins a paragraph and nothing else."""
    match = _LINE_START.match(line)
    return f"{line[: match.end()]}\\{line[match.end() :]}" if match else line


def paragraph(text: str) -> str:
    """A plain text as one paragraph; it may have several lines."""
    lines = (" ".join(escaped(line).split()) for line in text.splitlines())
    return "  \n".join(escaped_start(line) for line in lines if line)


def code(text: str) -> str:
    """A text as code within a line."""
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def fence(text: str, language: str = "") -> str:
    """A text as a block of code."""
    ticks = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def indented(block: str, first: str, rest: str) -> str:
    """A block within another: `first` before its first line, `rest` before the others that are not empty."""
    return first + block.replace("\n", f"\n{rest}").replace(f"\n{rest}\n", "\n\n")


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of cells in Markdown; its head is the first row, made as wide as the widest."""
    width = max(map(len, rows))
    head = [*rows[0], *[""] * (width - len(rows[0]))]
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in (head, *rows[1:])]
    return "\n".join([lines[0], f"|{'---|' * width}", *lines[1:]])


def _cell(text: str) -> str:
    return " ".join(re.sub(r"(?<!\\)\|", r"\|", text).split())

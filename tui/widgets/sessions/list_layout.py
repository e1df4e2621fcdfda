"""Which line of a list shows what: rows in groups, each under a heading, with a blank line between."""

from bisect import bisect_right
from collections.abc import Sequence

from tui.conversation.session_groups import Group


class ListLayout:
    """The lines of some groups, and a line of words behind them where there are such."""

    def __init__(self, groups: Sequence[Group] = (), behind: str = "") -> None:
        self._headings = [group.heading for group in groups]
        self._rows: list[int] = []
        self._lines: list[int] = []
        """The first row of each group, and the line that shows it."""
        row = line = 0
        for group in groups:
            line += 1 if not row else 2
            self._rows.append(row)
            self._lines.append(line)
            row += group.size
            line += group.size
        self._end = line
        self._behind = behind

    def __len__(self) -> int:
        return self._end + bool(self._behind)

    def line_of(self, row: int) -> int:
        """The line that shows a row, or would."""
        group = bisect_right(self._rows, row) - 1
        return self._lines[group] + row - self._rows[group] if self._rows else 0

    def __getitem__(self, line: int) -> str | int:
        """The number of the row that a line shows, or its words."""
        if line >= self._end:
            return self._behind if line == self._end else ""
        group = bisect_right(self._lines, line + 1) - 1
        if line == self._lines[group] - 1:
            return self._headings[group]
        if group + 1 < len(self._lines) and line == self._lines[group + 1] - 2:
            return ""
        return self._rows[group] + line - self._lines[group]

"""The head of a group in a list: its title, a few words about it, and a rule to the right edge."""

from collections.abc import Sequence

from tui.lazy_dataclass import dataclass
from tui.rendering.lines import BLANK, MUTED, Line, Span, Style

_TITLE = Style("heading", bold=True)
_RULE = Style("rule")


@dataclass(frozen=True, slots=True)
class GroupHead:
    """What the rows below it are about. The first one of a list has no blank row above it."""

    title: str
    about: str
    is_first: bool

    def rows(self, width: int) -> Sequence[Line]:
        """The head at a width in cells, with its blank rows."""
        title, about = f"{self.title} ", f"· {self.about} "
        rule = "─" * max(0, width - len(title) - len(about))
        head = Line((Span(title, _TITLE), Span(about, MUTED), Span(rule, _RULE)))
        return [head, BLANK] if self.is_first else [BLANK, head, BLANK]

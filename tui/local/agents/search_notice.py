"""What an answer says of the search that it comes from. Pure."""

from tui.local.agents.markdown_text import escaped_line
from tui.sanitize import clean_line


def by_words_alone(problem: str | None) -> str:
    """What stands below an answer whose passages were not found by their meaning, for this reason; "" for none."""
    return f"\n\n*Searched by words alone. {escaped_line(clean_line(problem))}*" if problem else ""

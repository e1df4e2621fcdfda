"""Questions that a document answers, made from its own headings."""

import re
from collections.abc import Iterable

from tui.sanitize import clean_line

MAX_HEADING_CHARS = 48
MAX_NAME_CHARS = 40

_HEADING = re.compile(r"^#{1,4}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_MARKUP = re.compile(r"[*_`¶]|\[(?=[^\]]*\])|\]\([^)]*\)|\]")


def example_question(name: str, text: str) -> str | None:
    """A question about the document `name` that begins with `text`; None where there is nothing to go by.

    A heading that is a question is taken as it is. Otherwise the second heading is asked for: the first one is mostly
    the title of the whole document, which its name tells already.
    """
    shown_name = clean_line(name.rsplit("/", 1)[-1]).strip()
    headings = [heading for heading in _headings(text) if 2 < len(heading) <= MAX_HEADING_CHARS]
    for heading in headings:
        if heading.endswith("?"):
            return heading
    if not headings or not shown_name or len(shown_name) > MAX_NAME_CHARS:
        return None
    heading = headings[1] if len(headings) > 1 else headings[0]
    return f"What does {shown_name} say about “{heading}”?"


def _headings(text: str) -> Iterable[str]:
    for match in _HEADING.finditer(text):
        yield clean_line(_MARKUP.sub("", match[1])).strip().rstrip(".:")

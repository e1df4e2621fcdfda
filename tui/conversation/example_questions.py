"""Questions that a document answers, made from its own headings."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice, zip_longest

from tui.sanitize import clean_line

MAX_HEADING_CHARS = 48
MAX_NAME_CHARS = 40

_HEADING = re.compile(r"^#{1,4}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_MARKUP = re.compile(r"[*_`¶]|\[(?=[^\]]*\])|\]\([^)]*\)|\]")


def example_questions(name: str, text: str) -> Sequence[str]:
    """Questions about the document `name` that begins with `text`, best first; none where there is nothing to go by.

    A heading that is a question is taken as it is. The first heading is asked for last: it is mostly the title of the
    whole document, which its name tells already.
    """
    shown_name = clean_line(name.rsplit("/", 1)[-1]).strip()
    headings = [heading for heading in _headings(text) if 2 < len(heading) <= MAX_HEADING_CHARS]
    questions = [heading for heading in headings if heading.endswith("?")]
    if shown_name and len(shown_name) <= MAX_NAME_CHARS:
        told = [heading for heading in headings if not heading.endswith("?")]
        questions += [_about(shown_name, heading) for heading in told[1:] or told]
    return list(dict.fromkeys(questions))


def _about(name: str, heading: str) -> str:
    is_only_name = heading.casefold() == name.partition(".")[0].casefold()
    return f"What does {name} say?" if is_only_name else f"What does {name} say about “{heading}”?"


def spread(questions: Sequence[Sequence[str]], count: int) -> Sequence[str]:
    """So many of the questions about several documents, each document's first one before any document's second one."""
    by_rank = (question for rank in zip_longest(*questions) for question in rank if question is not None)
    return list(islice(dict.fromkeys(by_rank), count))


def _headings(text: str) -> Iterable[str]:
    for match in _HEADING.finditer(text):
        yield clean_line(_MARKUP.sub("", match[1])).strip().rstrip(".:")

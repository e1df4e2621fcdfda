"""The picture of a page: where it can be had, what it is called, and the pages before and after it. Pure."""

import re
from dataclasses import replace
from typing import Self

from tui.api.models import ImageAttachment
from tui.conversation.cited_stretch import cited_stretch
from tui.conversation.passages import Passage
from tui.lazy_dataclass import dataclass

_NUMBER = re.compile(r"(?<=page_)\d{1,6}(?=\.\w+$)")
"""The page in the name of an attachment, such as "screenshots/page_7.jpg"."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page of a document by its picture. `file` is a safe line; `page` is None where it is not known.

    `marked` is the passage that one came from, as a stretch of the document's text, and `last_marked` the last page
    that it stands on.
    """

    attachment: ImageAttachment
    file: str
    page: int | None = None
    marked: tuple[int, int] | None = None
    last_marked: int | None = None

    @property
    def title(self) -> str:
        """What it shows: "page 7 of manual.pdf"."""
        return f"a page of {self.file}" if self.page is None else f"page {self.page} of {self.file}"

    @property
    def file_name(self) -> str:
        """The name, without its end, of a file to keep it in."""
        name = re.sub(r"\.\w{1,5}$", "", self.file.rpartition("/")[2])
        stem = re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "document"
        return stem if self.page is None else f"{stem}-page-{self.page}"

    def turned(self, by: int) -> Self | None:
        """The page so many pages on; None where there is none, or none that could be named."""
        name = self.attachment.attachment_name
        number = _NUMBER.search(name)
        page = None if self.page is None else self.page + by
        if number is None or int(number.group()) + by < 0 or (page is not None and page < 1):
            return None
        turned = _NUMBER.sub(str(int(number.group()) + by), name)
        return replace(self, attachment=replace(self.attachment, attachment_name=turned), page=page)

    def begun_at(self, page: "PageImage") -> Self:
        """The same page, with the passage marked as far as it stands on it. `page` is the passage's first."""
        first, last = page.page, self.last_marked
        stands_here = self.page is not None and first is not None and first <= self.page <= (last or first)
        return replace(self, marked=page.marked if stands_here else None)


def page_image(passage: Passage, answer: str = "") -> PageImage | None:
    """The picture of a passage's first page, where it has one; what the answer says again of the passage is marked."""
    if passage.image is None:
        return None
    named = _NUMBER.search(passage.image.attachment_name)
    first, last = passage.pages or ("", "")
    page = _number(first)
    if page is None and named is not None:
        page = int(named.group())
    return PageImage(passage.image, passage.file, page, _marked(passage, answer), _number(last))


def _marked(passage: Passage, answer: str) -> tuple[int, int] | None:
    """What the answer says again, else the whole passage; None where it is not told where it stands."""
    place, text = passage.location, passage.text or ""
    if place is None or place.start is None or place.end is None:
        return None
    stretch = cited_stretch(answer, text) if place.end - place.start == len(text) else None
    return (place.start, place.end) if stretch is None else (place.start + stretch[0], place.start + stretch[1])


def _number(page: str) -> int | None:
    """A page as a number, where it is one."""
    return int(page) if re.fullmatch(r"\d{1,6}", page) else None

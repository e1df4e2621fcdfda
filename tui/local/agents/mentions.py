"""What a question names outright: a file, a page, a quotation, a number. Each is looked up by its own tool."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from unicodedata import normalize

from tui.local.library.files import FileNames
from tui.local.library.stored_documents import FileRef, StoredDocuments
from tui.local.search.query import quotations, refers_back

_FILE = re.compile(r"[\w][\w./+-]*\.\w{1,5}\b")
_NAME_OF_FILE = re.compile(rf"(?<![\w.:/~@\\+-]){_FILE.pattern}")
"""The name of a file, and not the end of an address."""
_PAGE = re.compile(
    r"\b(?:on|at|auf|en|na|à la|op)?\s*\b(?:pages?|pp?\.|seite|página|pagina|sida|side|strona|страниц\w)\s*(\d{1,5})\b"
    r"|\u7b2c\s*(\d{1,5})\s*[\u9875\u9801]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,/-])[#€$£]?[\w-]*\d[\w.,:/%€$£-]*")
MIN_QUOTATION_WORDS = 2
MAX_NAMES = 20
"""Files that a question names: a listing that was pasted into it has more, and is not asked for one by one."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The files and the page that a question names, what is to be found as it is written, and the question without
    files and page."""

    files: tuple[FileRef, ...]
    page: int | None
    exact: tuple[str, ...]
    rest: str

    @property
    def file(self) -> FileRef | None:
        """The one file that is named."""
        return self.files[0] if len(self.files) == 1 else None


def mentions_in(
    documents: StoredDocuments, question: str, earlier: Sequence[str], index_ids: Sequence[str]
) -> Mentions:
    """What a question names. A page without a file is a page of the file that the questions before it are about."""
    question = normalize("NFC", question)
    page = _PAGE.search(question)
    rest = _PAGE.sub(" ", question)
    files: dict[str, FileRef] = {}
    names = _names(_FILE, rest)
    written = FileNames(names, rest)
    known = [file for file in documents.files(index_ids) if written.of(file.name)] if names else []
    for name in names:
        while called := _called([file for file in known if file.file_id not in files], name, rest):
            for file in called:
                files[file.file_id] = file
                whole = re.escape(max(_last(file), name, key=len))
                rest = re.sub(rf"(?<!\w)(?<!\w/){whole}", " ", rest, flags=re.I)
    if not files and earlier and (page or refers_back(question)):
        files = {file.file_id: file for file in mentions_in(documents, earlier[-1], earlier[:-1], index_ids).files}
    numbers = [match.group().rstrip(".,:/-") for match in _NUMBER.finditer(rest)]
    quoted = [text for text in quotations(question) if len(text.split()) >= MIN_QUOTATION_WORDS]
    exact = tuple(dict.fromkeys((*quoted, *(number for number in numbers if len(number) > 1))))
    return Mentions(tuple(files.values()), int(page.group(1) or page.group(2)) if page else None, exact, rest)


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(islice(dict.fromkeys(match.group() for match in pattern.finditer(text)), MAX_NAMES))


def _called(files: Sequence[FileRef], name: str, text: str) -> list[FileRef]:
    """The files that a text means by a name: of "2025.txt" and "Plan 2025.txt" the longer one that it has, of "Main.py"
    and "main.py" the one that is written so."""
    written = FileNames([name], text)
    called = [file for file in files if written.of(file.name)]
    longest = max((len(_last(file)) for file in called), default=0)
    called = [file for file in called if len(_last(file)) == longest]
    return [file for file in called if _last(file) in text] or called


def _last(file: FileRef) -> str:
    return normalize("NFC", PurePosixPath(file.name).name)


def names_without_document(question: str, earlier: Sequence[str], mentions: Mentions) -> list[str]:
    """What in a question is written as the name of a file that no document has.

    Where a question leans on the one before it and names none, those of that one.
    """
    question = normalize("NFC", question)
    rest = _PAGE.sub(" ", question)
    names = _names(_NAME_OF_FILE, rest)
    if not names and earlier and refers_back(question):
        return [] if mentions.files else names_without_document(earlier[-1], earlier[:-1], mentions)
    written = FileNames(names, question)
    known = {name for file in mentions.files for name in written.of(file.name)}
    return [name for name in names if name not in known]


def pattern_of(exact: str) -> str:
    """The regular expression that finds a text as it is written, whatever the space between its words is."""
    words = r"\s+".join(re.escape(word) for word in exact.split())
    return f"(?<![\\w.,]){words}(?![\\w]|[.,]\\d)" if exact[-1:].isalnum() else words

"""Files that a question names and of which nothing can be told: they are not there, or they are not read."""

import difflib
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from pathlib import PurePosixPath

from tui.files.visible_files import visible_files
from tui.local.agents.markdown_text import escaped_line
from tui.local.agents.mentions import Mentions, mentions_in, names_without_document
from tui.local.library.files import FileNames, folded, storable
from tui.local.library.folders import Folder
from tui.local.library.library import Library
from tui.local.library.readers import OTHER_DOCUMENTS, READERS, may_be_document
from tui.local.search.query import phrase
from tui.sanitize import clean_line

OTHER_ENDINGS = (
    *OTHER_DOCUMENTS,
    *(".djvu", ".ps"),
    *(".json", ".yaml", ".yml", ".toml", ".xml", ".ini", ".cfg", ".conf", ".sql", ".sh", ".py", ".java", ".cpp"),
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".mp3", ".mp4", ".wav", ".mov", ".zip", ".tar", ".gz"),
)
"""Endings, beside those that are read, of what is surely a file. Names of programs end in others, such as "Node.js"."""

NEIGHBOURS = 100
"""With so many names before it and behind it a name is compared, in each of two orders."""

_SAYS = r"(?:say|tell|contain|mention|state|list|show|give|have|hold|name|write)"
_OPENS = r"(?:summari[sz]e|open|show|read|quote|print|display|according to)"


def sentences(
    library: Library, question: str, earlier: Sequence[str], mentions: Mentions, index_ids: Sequence[str]
) -> Iterator[str]:
    """For each name that no document has, in the question or in the one that it leans on, why nothing is told of such a
    file, as one sentence in Markdown.

    What the documents themselves call by such a name is what they are about, and not said to be missing, unless the
    question asks what the file says. This may walk the folders.
    """
    names = names_without_document(question, earlier, mentions)
    if not names:
        return
    asked = "\n".join((*earlier, question))
    skipped = library.states.skipped_named(index_ids, FileNames(names, asked))
    unread = set(names) - skipped.keys()
    there = _in_folders(library, FileNames(unread, asked), index_ids) if unread else {}
    nearest = NearestNames(library, index_ids)
    for name in names:
        shown = escaped_line(clean_line(name))
        if name in skipped:
            for file in skipped[name]:
                yield f"{escaped_line(clean_line(file.name))} could not be read: {escaped_line(file.reason)}."
        elif name in there:
            yield _not_read(library, *there[name])
        elif _is_meant(library, question, name, index_ids) and not nearest.has_longer(name):
            where = ", ".join(f"**{folder}**" for folder in library.folders.names(index_ids))
            yield f"There is no file {shown} in {where}{nearest.to(name)}."


def sentences_for(library: Library, question: str, earlier: Sequence[str], index_ids: Sequence[str]) -> list[str]:
    """The sentences for the files that a question names, or the one that it leans on."""
    mentions = mentions_in(library.documents, question, earlier, index_ids)
    return list(sentences(library, question, earlier, mentions, index_ids))


def _not_read(library: Library, folder: Folder, name: str) -> str:
    shown = escaped_line(clean_line(name))
    if not may_be_document(name) or library.states.is_passed_over(folder.index_id, name):
        return f"{shown} is passed over: it is empty, or a picture, a sound or another binary file."
    return f"{shown} has not been read yet."


def _in_folders(library: Library, names: FileNames, index_ids: Sequence[str]) -> dict[str, tuple[Folder, str]]:
    """For each name that a file of the folders is asked for by, the first such file: its folder, and its path there."""
    there: dict[str, tuple[Folder, str]] = {}
    for folder in map(library.folders.by_id.__getitem__, index_ids):
        try:
            for path in (storable(path) for path, _ in visible_files(folder.path)):
                for name in names.of(path):
                    there.setdefault(name, (folder, path))
        except OSError:  # the folder is away, which its index tells
            continue
    return there


def _is_file_name(name: str) -> bool:
    ending = PurePosixPath(name).suffix.casefold()
    return ending in READERS or ending in OTHER_ENDINGS


def _is_meant(library: Library, question: str, name: str, index_ids: Sequence[str]) -> bool:
    """Whether a name is that of a file, and neither of a program nor of what the documents themselves call by it."""
    return _is_file_name(name) and (_asks_for(name, question) or not phrase(library.vocabulary, name, index_ids))


def _asks_for(name: str, question: str) -> bool:
    written = rf"(?:the )?(?:file |document )?{re.escape(name)}"
    asked = rf"\b(?:do|does|did|can|will) (?:.{{0,40}}\b)?{written}\b.{{0,40}}?\b{_SAYS}\b|\b{_OPENS} (?:me )?{written}"
    return bool(re.search(asked, question, re.IGNORECASE))


class NearestNames:
    """Finds the document whose name is spelled nearly as one that none has.

    To compare a name with that of each document takes seconds in a large library. What is mistyped begins or ends as it
    should: so it is compared with its neighbours alone, in the order of the names and in that of the names read
    backwards.
    """

    def __init__(self, library: Library, index_ids: Sequence[str]) -> None:
        self._library = library
        self._index_ids = index_ids

    def to(self, name: str) -> str:
        """The name of a document that ends so or is spelled nearly so, as the end of a sentence; "" where none is."""
        wanted = folded(name).rpartition("/")[2]
        near = [last for last in self._names if f" {last}".endswith(f" {wanted}")]
        near = near or difflib.get_close_matches(wanted, self._neighbours(wanted), n=1, cutoff=0.8)
        return f"; the nearest name is {escaped_line(clean_line(self._names[near[0]]))}" if near else ""

    def has_longer(self, name: str) -> bool:
        """Whether a document has the name with an ending after it: "resolv.conf" is asked of resolv.conf.txt."""
        return folded(name).rpartition("/")[2] in self._stems

    @cached_property
    def _stems(self) -> Set[str]:
        return {PurePosixPath(name).stem for name in self._names}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """The name of each document with its folders, by what it is compared as."""
        files = self._library.documents.files(self._index_ids)
        return {folded(file.name).rpartition("/")[2]: file.name for file in files}

    @cached_property
    def _orders(self) -> Sequence[tuple[Callable[[str], str], Sequence[str]]]:
        """The names in both orders, each with what it is the order of."""
        return [(key, sorted(self._names, key=key)) for key in (str, _backwards)]

    def _neighbours(self, wanted: str) -> list[str]:
        found: dict[str, None] = {}
        for key, names in self._orders:
            at = bisect_left(names, key(wanted), key=key)
            found.update(dict.fromkeys(names[max(0, at - NEIGHBOURS) : at + NEIGHBOURS]))
        return list(found)


def _backwards(name: str) -> str:
    return name[::-1]

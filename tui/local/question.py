"""From a question to the terms that are searched for, and to how much each of them says."""

import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.local.library import Library
from tui.local.words import fold, is_stop_word, stem, stems, words


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question, or several that belong together ("ctrl+o", or words in quotation marks).

    `weight` says how much it tells passages apart: rare words more. A `prefix` term also finds words that begin so.
    """

    text: str
    stems: tuple[str, ...]
    weight: float = 1.0
    prefix: bool = False

    def expression(self) -> str:
        """The term in FTS5's query language; the quotation marks make every character of it plain."""
        return f'"{" ".join(self.stems)}"' + ("*" if self.prefix else "")

    def positions(self, text_stems: Sequence[str]) -> list[int]:
        """Where the term stands in a text, given the text's stems."""
        first, *others = self.stems
        if self.prefix:
            return [i for i, word in enumerate(text_stems) if word.startswith(first)]
        size = len(self.stems)
        starts = [i for i, word in enumerate(text_stems) if word == first]
        return [i for i in starts if list(text_stems[i + 1 : i + size]) == others] if others else starts


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: the terms that occur, those that do not, and spellings that were put right."""

    terms: tuple[Term, ...]
    missing: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()

    @property
    def expression(self) -> str:
        """Any of the terms, in FTS5's query language."""
        return " OR ".join(term.expression() for term in self.terms)

    @property
    def text(self) -> str:
        """The terms as the user wrote them."""
        return " ".join(term.text for term in self.terms)


_QUOTED = re.compile(r'["“”«»]([^"“”«»]{2,80})["“”«»]')
_EDGES = "\"'“”\u2018\u2019«»()[]{}<>,;:!?.…*`"
_REFERS_BACK = re.compile(
    r"^(?:and|but|or|so|then|what about|how about|also|ok|okay)\b|\b(?:it|its|they|them|those|these|that one|there)\b",
    re.I,
)


def parse(question: str) -> tuple[Term, ...]:
    """The question's terms without those that say nothing; all its words when it has no others."""
    quoted = [match.group(1) for match in _QUOTED.finditer(question)]
    rest = re.sub(r"['\u2019](?:s|re|ve|ll|d|m|t)\b", "", _QUOTED.sub(" ", question))
    tokens = [token.strip(_EDGES) for token in rest.split()]
    told = [token for token in tokens if any(not is_stop_word(word) for word in words(token))]
    found = [Term(text, tuple(stems(text))) for text in (*quoted, *told)]
    unique = {term.stems: term for term in found if term.stems}
    return tuple(unique.values())


def refers_back(question: str) -> bool:
    """Whether a question leans on the one before it: "and in Markdown?", "where is it kept?"."""
    return len(parse(question)) <= 3 and bool(_REFERS_BACK.search(question.strip()))


def resolve(library: Library, terms: Sequence[Term], index_ids: Sequence[str]) -> Query:
    """Weighs the terms by how rare they are. One that does not occur is tried as its parts, as the beginning of a
    word, and with its spelling put right; what then still does not occur is `missing`."""
    total = library.passage_count(index_ids)
    found: dict[tuple[str, ...], Term] = {}
    missing: list[str] = []
    corrected: list[tuple[str, str]] = []
    for term in terms:
        variants = [term, *_parts(term), replace(term, prefix=True)] if len(term.stems) == 1 else [term, *_parts(term)]
        hits = _weighed(library, variants, index_ids, total, first_only=len(term.stems) == 1)
        if not hits and len(term.stems) == 1:
            respelled = [Term(near, (near,)) for near in _near(library, term.stems[0])]
            hits = _weighed(library, respelled, index_ids, total, first_only=True)
            corrected += [(term.text, hit.text) for hit in hits]
        found |= {hit.stems: hit for hit in hits}
        if not hits:
            missing.append(term.text)
    return Query(tuple(found.values()), tuple(missing), tuple(corrected))


def _parts(term: Term) -> list[Term]:
    """The words of a term that is made of several, as terms of their own."""
    if len(term.stems) == 1:
        return []
    return [Term(word, (stem(word),)) for word in words(term.text) if not is_stop_word(word)]


def _weighed(
    library: Library, variants: Sequence[Term], index_ids: Sequence[str], total: int, *, first_only: bool
) -> list[Term]:
    """The variants that occur, weighed as BM25 does. The first one that occurs stands for those after it."""
    hits: list[Term] = []
    for place, variant in enumerate(variants):
        count = library.count(variant.expression(), index_ids)
        if count:
            hits.append(replace(variant, weight=math.log(1 + (total - count + 0.5) / (count + 0.5)) + 0.1))
            if first_only or place == 0:
                break
    return hits


def _near(library: Library, word: str) -> list[str]:
    """Indexed words that are spelled nearly like this one."""
    if len(word) < 4:
        return []
    return difflib.get_close_matches(fold(word), library.similar_stems(fold(word)), n=2, cutoff=0.8)

"""Questions and their evidence as citations, for a reference manager: CSL-JSON.

Source: the schema "csl-data.json" of the Citation Style Language 1.0.2. Nothing is made up: the events have no times,
so an item has only the day on which the session last changed, as the day when it was looked at.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from tui.conversation.export.numbered_passages import NumberedPassage, numbered_passages
from tui.conversation.plain_text import answer_text
from tui.conversation.transcript import Turn
from tui.sanitize import clean

Item = dict[str, object]


def csl_json_pieces(session_id: str, turns: Iterable[Turn], first: int = 1, day: date | None = None) -> Iterator[str]:
    """A list of items: each question with its answer, then each document that the answer cites, with its passages.

    Where an answer cites nothing that is known, the documents that were found stand in. `first` is the number of the
    first turn.
    """
    before = "[\n"
    for at, turn in enumerate(turns, first):
        for item in _items(f"{session_id}-{at}", turn, day):
            listed = json.dumps([item], indent=2)
            yield before + listed.removeprefix("[\n").removesuffix("\n]")
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _items(key: str, turn: Turn, day: date | None) -> Iterator[Item]:
    if not turn.question:
        return
    accessed: Item = {"accessed": {"date-parts": [[day.year, day.month, day.day]]}} if day else {}
    numbered = numbered_passages(turn)
    passages = [each for each in numbered if each.is_cited] or numbered
    documents = list(dict.fromkeys(each.passage.file for each in passages))
    yield {
        "id": key,
        "type": "personal_communication",
        "title": clean(" ".join(turn.question.split())),
        "abstract": clean(answer_text(turn)),
        "references": "; ".join(documents),
        **accessed,
    }
    for number, document in enumerate(documents, 1):
        of_document = [each for each in passages if each.passage.file == document]
        yield {"id": f"{key}-{number}", "type": "document", "title": document, **_found(of_document), **accessed}


def _found(passages: Sequence[NumberedPassage]) -> Item:
    """Where in a document the passages stand, and what they say."""
    pages = dict.fromkeys("-".join(dict.fromkeys(each.passage.pages)) for each in passages if each.passage.pages)
    texts = "\n\n".join(f"[{each.number}] {each.passage.text or each.passage.origin}" for each in passages)
    where: Item = {"page": ", ".join(pages)} if pages else {}
    return {"annote": texts, **where}

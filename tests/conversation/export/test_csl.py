import json
from datetime import date

import pytest
from hypothesis import given

from tests.conversation.export.told import BUDGET, HARMFUL, csl_json, turns
from tests.conversation.test_transcript import histories
from tests.hostile.payloads import harm
from tui.api.models import Event, Text, UserInput


def test_a_question_and_the_documents_that_its_answer_cites_are_items() -> None:
    answer, document = json.loads(csl_json(turns(BUDGET), 2, date(2031, 3, 4)))
    accessed = {"date-parts": [[2031, 3, 4]]}
    assert answer == {
        "id": "ses-1-2",
        "type": "personal_communication",
        "title": "What is the budget?",
        "abstract": "**40** million [1], `[1]`, [9].",
        "references": "notes.pdf",
        "accessed": accessed,
    }
    assert document == {
        "id": "ses-1-2-1",
        "type": "document",
        "title": "notes.pdf",
        "annote": "[1] It is 40 million.",
        "page": "3",
        "accessed": accessed,
    }


def test_where_nothing_is_cited_what_was_found_stands_in() -> None:
    items = json.loads(csl_json(turns([*BUDGET[:3], Text("40.")])))
    assert [item["title"] for item in items[1:]] == ["notes.pdf", "heron.md"]
    assert json.loads(csl_json(turns([UserInput("?")])))[0]["references"] == ""


@pytest.mark.fault(12)
def test_what_an_item_holds_can_be_shown() -> None:
    items = json.loads(csl_json(turns(HARMFUL)))
    assert harm("\n".join(str(value) for item in items for value in item.values()).encode()) == []


@given(histories)
def test_the_items_are_one_list_as_any_other_program_writes_it(events: list[Event]) -> None:
    written = csl_json(turns(events))
    assert written == json.dumps(json.loads(written), indent=2) + "\n"

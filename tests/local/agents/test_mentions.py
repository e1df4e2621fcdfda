"""Questions that name a file, a page, a quotation or a number are answered by the tool for it."""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

import httpx
import pytest

from tests.local.conftest import added, sdk_for
from tests.local.documents import pdf
from tests.local.server import Connection, connected
from tests.local.turn import ask

Event = dict[str, Any]
Turns: TypeAlias = Callable[..., list[Event]]

TEXTS = {
    "kitchen.md": "# Kitchen\n\nWe chose the oak worktop. It can be oiled again.\n\nInvoice 2023-117 is paid.\n",
    "garden.md": "# Garden\n\nThe oak in the garden is old. A worktop stands there too.\n\nInvoice 2023-118 is open.\n",
    "letters/anna.txt": "Dear Jonas,\n\nthe work is done, top marks for everyone. It cost 4,750 euros.\n",
}


@pytest.fixture(scope="module")
def index_id(tmp_path_factory: pytest.TempPathFactory, workbench: Connection) -> str:
    folder = tmp_path_factory.mktemp("named") / "papers"
    folder.mkdir()
    (folder / "report.pdf").write_bytes(pdf([["The roof was mended."], ["The cellar is damp.", "Rain comes in."]]))
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with sdk_for(workbench) as client:
        return added(client, folder)


@pytest.fixture
def turns(workbench: Connection, index_id: str) -> Generator[Turns]:
    """The events of the last of some questions, asked one after another in one session."""

    def events(*questions: str) -> list[Event]:
        session_id = http.post("/api/v1/chat", json={"index_ids": [index_id]}).json()["session_id"]
        asked = [[event for _, event in ask(http, session_id, question, [index_id])] for question in questions]
        assert not any(turn[-1]["is_error"] for turn in asked)
        return asked[-1]

    with connected(workbench) as http:
        yield events


def tools(events: list[Event]) -> list[str]:
    return [event["name"] for event in events if event["type"] == "tool_call"]


def text(events: list[Event]) -> str:
    return "".join(event["content"] for event in events if event["type"] == "text")


def sources(events: list[Event]) -> dict[int, str]:
    """The file names of the sources by their citation numbers."""
    found: dict[int, str] = {}
    for event in events:
        if event["type"] == "tool_result":
            result = event["result"]
            found |= {item["metadata"]["citation"]: item["metadata"]["file_name"] for item in result.get("results", ())}
            found |= {item["citation"]: item["file_name"] for item in result.get("items", ()) if "citation" in item}
            found |= {result["citation"]: result["file_name"]} if "citation" in result else {}
    return found


def first_source(events: list[Event]) -> str:
    number = int(text(events).splitlines()[0].rpartition("[")[2].rstrip("]"))
    return sources(events)[number]


def test_a_quotation_is_found_as_it_is_written(turns: Turns) -> None:
    events = turns('Where does it say "work is done, top marks"?')
    assert tools(events)[0] == "grep"
    assert first_source(events) == "letters/anna.txt"


@pytest.mark.parametrize(
    ("question", "file", "told"),
    [
        ("which invoice is 2023-118?", "garden.md", "open"),
        ("invoice 2023-117", "kitchen.md", "paid"),
        ("what cost 4,750 euros?", "letters/anna.txt", "4,750"),
    ],
)
def test_a_number_is_found_as_it_is_written(turns: Turns, question: str, file: str, told: str) -> None:
    events = turns(question)
    assert tools(events)[0] == "grep"
    assert first_source(events) == file
    assert told in text(events).splitlines()[0]


def test_a_question_about_a_file_looks_in_that_file_only(turns: Turns) -> None:
    events = turns("what does garden.md say about the oak?")
    assert tools(events)[:2] == ["find", "retrieve"]
    assert set(sources(events).values()) == {"garden.md"}
    assert "is old" in text(events).splitlines()[0]


def test_a_file_that_is_only_named_is_opened(turns: Turns) -> None:
    events = turns("show me anna.txt")
    assert tools(events) == ["find", "read"]
    assert "Dear Jonas" in text(events)
    assert text(events).splitlines()[0] == "letters/anna.txt, its beginning [1]"


def test_a_question_that_leans_on_the_file_named_before(turns: Turns) -> None:
    events = turns("what does garden.md say about the oak?", "and its worktop?")
    assert set(sources(events).values()) == {"garden.md"}


def test_a_page_of_a_file_without_pages_is_said_to_be_none(turns: Turns) -> None:
    events = turns("what is on page 3 of kitchen.md?")
    assert tools(events) == ["find", "read"]
    assert "kitchen.md has no page 3" in text(events)


def test_a_page_is_shown_and_read(turns: Turns, workbench: Connection) -> None:
    events = turns("show me page 2 of report.pdf")
    assert tools(events) == ["find", "page_screenshot"]
    result = next(event for event in events if event.get("image_attachment"))
    assert result["image_attachment"]["attachment_name"] == "screenshots/page_2.jpg"
    source_id = result["image_attachment"]["source_id"]
    with sdk_for(workbench) as client:
        url = client.beta.attachments.get("screenshots/page_2.jpg", source_id=source_id).url
    assert httpx.get(url, trust_env=False).content.startswith(b"\xff\xd8")
    assert "The cellar is damp." in text(events)
    assert "mended" not in text(events)


def test_a_question_about_a_page_is_answered_from_it(turns: Turns) -> None:
    events = turns("what is on page 1 of report.pdf?", "and what is damp on page 2?")
    assert tools(events) == ["find", "page_screenshot"]
    assert "cellar is damp" in text(events).splitlines()[0]
    assert "page 2" in text(events).partition("**Sources**")[2]


def test_a_passage_on_a_page_names_the_page_and_its_picture(turns: Turns) -> None:
    events = turns("is the cellar damp?")
    result = next(event for event in events if event["type"] == "tool_result")["result"]["results"][0]
    assert result["static_fields"]["page_range_start"] == 2
    (attachment,) = result["static_fields"]["attachments"]
    assert attachment["attachment_name"] == "screenshots/page_2.jpg"
    assert attachment["type"] == "screenshot"


def test_what_is_read_and_found_is_named_for_a_reader(turns: Turns) -> None:
    call, result = [event for event in turns("what does letters/anna.txt say?") if "name" in event][-2:]
    assert call["arguments"]["file_name"] == result["result"]["file_name"] == "letters/anna.txt"
    assert (result["result"]["first_line"], result["result"]["last_line"]) == (1, 3)
    grep, found = [event for event in turns("what about 4,750?") if event.get("name") == "grep"]
    assert grep["arguments"]["text"] == "4,750"
    (item,) = found["result"]["items"]
    assert (item["first_line"], item["last_line"]) == (3, 3)
    page = [event for event in turns("what is on page 2 of report.pdf?") if event.get("name") == "page_screenshot"]
    assert page[0]["arguments"]["file_name"] == page[1]["result"]["file_name"] == "report.pdf"
    assert "first_line" not in page[1]["result"]

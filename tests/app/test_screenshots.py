"""The pictures in `screenshots/`: made from the real app on the local library, and compared on every run.

`make screenshots` writes them anew; look at them before they are committed.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.evidence.documents import write_documents
from tests.app.user import User, driven
from tests.faults.driving import ask, in_session
from tests.faults.proxy import Fault, fault_proxy, refused, stalled_at
from tests.local import documents as papers
from tests.local.server import Connection
from tui.api.models import Stop, Text, ToolCall, ToolResult, Usage
from tui.local.chat.session_store import SessionStore
from tui.local.library.database import LibraryDatabase, data_folder
from tui.screens.search.search_dialog import SearchDialog
from tui.settings import Settings, config_path
from tui.widgets.conversation_pane import ConversationPane

PICTURES = Path(__file__).parents[2] / "screenshots"
LONG_AGO = datetime(2000, 1, 1, 12, tzinfo=UTC)

Scene = Callable[[User], Awaitable[None]]


async def manual_answer(user: User) -> None:
    await user.ask_in_new_session("How do I delete a session?")
    await user.read_to_end_of_turn()
    await user.press("shift+tab", "g")
    await user.see("Press Delete")


async def unfolded_tool(user: User) -> None:
    await manual_answer(user)
    await user.press("J", "J", "J", "enter")
    await user.see("▾ retrieve")


async def picker(user: User) -> None:
    await user.until(lambda: bool(user.app.chat.start_page.questions))
    await user.press("ctrl+n")
    await user.see("ready")


async def sessions_overlay(user: User) -> None:
    await manual_answer(user)
    await user.press("ctrl+s")
    await user.see("now")


async def question_about(user: User, question: str) -> None:
    await user.ask_in_new_session(question)
    await user.read_to_end_of_turn()
    await user.press("shift+tab", "g")
    await user.see("▸ retrieve")


async def long_session(user: User) -> None:
    questions = ("How do I delete a session?", "How do I copy an answer?", "Which regions are there?")
    await user.ask_in_new_session(questions[0])
    for number, question in enumerate(questions, 1):
        if number > 1:
            await user.type(question)
            await user.press("enter")
        await user.until(lambda n=number: len(user.app.chat.query_one(ConversationPane).transcript.past) == n)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
    await user.press("shift+tab", "o")
    await user.see("3  Which regions are there?")


async def search(user: User) -> None:
    await long_session(user)
    await user.press("escape", "ctrl+f")
    await user.see("Search all sessions")
    await user.type("in:question how do")
    dialog = user.app.screen
    assert isinstance(dialog, SearchDialog)
    await user.pilot.pause()
    await user.until(lambda: not dialog.is_behind)
    await user.see("2 turns in 1 session")


async def table(user: User) -> None:
    await question_about(user, "What do the instruments cost and weigh?")


async def code(user: User) -> None:
    await question_about(user, "How is the signal decoded in Python?")


async def scripts(user: User) -> None:
    await question_about(user, "Which greetings did the crew send?")


async def start_page(user: User) -> None:
    await user.until(lambda: bool(user.app.chat.start_page.questions))


async def many_sessions(user: User) -> None:
    await start_page(user)
    await user.press("ctrl+s")
    await user.see("Previous 7 days")


async def palette(user: User) -> None:
    await manual_answer(user)
    await user.press("ctrl+p")
    await user.in_dialog("down", "down")
    await user.see("Commands")


async def help_page(user: User) -> None:
    await manual_answer(user)
    await user.press("f1")
    await user.see("Help")


async def settings_dialog(user: User) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text('theme = "llama-light"\nprofile = "work"\n\n[profiles.work]\nregion = "eu"\n')
    config_path().chmod(0o600)
    await start_page(user)
    await user.press("f10")
    await user.in_dialog("down")
    await user.see("Whether anything moves")


async def page_picture(user: User) -> None:
    await user.ask_in_new_session("When was the Heron probe launched?")
    await user.read_to_end_of_turn()
    await user.press("shift+tab", "1")
    await user.see("Evidence")
    await user.press("p")
    await user.see("The whole page")
    await user.in_dialog("plus", *["up"] * 5)
    await user.see("1.5 times nearer")


async def ungrounded_answer(user: User) -> None:
    await start_page(user)
    await user.press("ctrl+s", "enter")
    await user.see("not in the evidence")


SCENES: dict[str, tuple[Scene, int, int, str, bool]] = {
    "answer": (manual_answer, 120, 36, "llama-dark", True),
    "answer-light": (manual_answer, 120, 36, "llama-light", True),
    "answer-80x24": (manual_answer, 80, 24, "llama-dark", True),
    "sessions-80x24": (sessions_overlay, 80, 24, "llama-light", True),
    "tool-call": (unfolded_tool, 120, 36, "llama-dark", True),
    "index-picker": (picker, 120, 36, "llama-dark", True),
    "long-session": (long_session, 120, 36, "llama-dark", True),
    "search": (search, 120, 36, "llama-dark", True),
    "table": (table, 120, 36, "llama-dark", False),
    "code": (code, 120, 36, "llama-light", False),
    "scripts": (scripts, 100, 30, "llama-dark", False),
    "start-page": (start_page, 120, 36, "llama-dark", False),
    "sessions": (many_sessions, 120, 36, "llama-dark", False),
    "grounding": (ungrounded_answer, 120, 24, "llama-dark", False),
    "palette": (palette, 120, 36, "llama-dark", True),
    "help": (help_page, 120, 36, "llama-dark", True),
    "settings": (settings_dialog, 80, 24, "llama-light", True),
    "page": (page_picture, 120, 36, "llama-dark", False),
}


async def mission_answers(user: User) -> None:
    pane = user.app.chat.view.pane
    questions = ("What may the reserve of the budget be used for?", "Which supplier was late?", "Who flew the kites?")
    await user.ask_in_new_session(questions[0])
    for number, question in enumerate(questions, 1):
        if number > 1:
            await user.type(question)
            await user.press("enter")
        await user.until(lambda n=number: len(pane.transcript.past) == n and not user.app.chat.workspace.turns.busy)
    await user.press("shift+tab", "g")


async def evidence(user: User) -> None:
    await mission_answers(user)
    await user.press("s")
    await user.see("Cited ·")


async def passage_in_its_document(user: User) -> None:
    await mission_answers(user)
    await user.press("1", "enter")
    await user.see("The document")


async def ledger(user: User) -> None:
    await mission_answers(user)
    await user.press("l")
    await user.see("Ledger of this session · 3 turns")


async def trace(user: User) -> None:
    await mission_answers(user)
    await user.press("t")
    await user.see("only their order")


EVIDENCE_SCENES: dict[str, tuple[Scene, int, int, str]] = {
    "evidence": (evidence, 160, 45, "llama-dark"),
    "evidence-80x24": (evidence, 80, 24, "llama-light"),
    "document": (passage_in_its_document, 160, 45, "llama-light"),
    "ledger": (ledger, 120, 36, "llama-dark"),
    "trace": (trace, 120, 36, "llama-dark"),
}

CLOUD_SCENES: dict[str, tuple[Fault, str]] = {
    "running-turn": (stalled_at(0.55), "answering ·"),
    "refusal": (refused("403 Forbidden", body=b'{"detail": "This key may read, and not chat."}'), "may read"),
}
"""What the server does with the question, and what is on the screen then."""

EARLIER_SESSIONS = {
    "Which instruments are heavier than 10 kg?": timedelta(minutes=12),
    "What did the review of the antenna find?": timedelta(hours=3),
    "Compare the two launch windows": timedelta(days=1),
    "Who signs off the thermal tests?": timedelta(days=1, hours=2),
    "What changed between the drafts of the mission plan?": timedelta(days=4),
    "How is the signal decoded in Python?": timedelta(days=5),
    "Which suppliers deliver late, and by how much?": timedelta(days=20),
    "Summarise the lessons of the first mission": timedelta(days=45),
}

MISSION = """\
# Instruments

What the instruments of the mission cost and weigh:

| Instrument | Cost | Weight | State |
|---|---:|---:|---|
| Camera | 4.2 M€ | 11 kg | tested |
| Spectrometer | 7.9 M€ | 23 kg | in the workshop |
| Magnetometer | 1.1 M€ | 3 kg | tested |

## Decoding the signal

The signal is decoded in Python:

```python
def decode(frame: bytes) -> str:
    \"\"\"Text of one frame; its last byte is a checksum.\"\"\"
    body, check = frame[:-1], frame[-1]
    if sum(body) % 256 != check:  # a torn frame
        raise ValueError("checksum")
    return body.decode("utf-8")
```

## Greetings

The greetings that the crew sent:

- 日本: 「こんにちは、世界。」
- 한국: 안녕하세요 👩‍🚀🚀
- Ελλάδα: Καλημέρα κόσμε
- ไทย: สวัสดีชาวโลก
"""


HERON = [
    *("HERON", "", "Report of the second review", "", ""),
    *(f"{number}. The review has nothing to say about item {number} of the list." for number in range(1, 13)),
    *("", "Launch", "", "The Heron probe was launched in March 2031, four weeks late,"),
    *("because the pad was not free. It reached its orbit on the first attempt.", ""),
    *(f"{number}. The review has nothing to say about item {number} of the list." for number in range(13, 32)),
]
"""The lines of a page, one passage of which answers a question."""


def keep_earlier_sessions(folder: Path) -> None:
    database = LibraryDatabase(folder)
    sessions = SessionStore(database)
    for title, ago in EARLIER_SESSIONS.items():
        session = sessions.create(None, "read_write")
        sessions.set_title(session.session_id, title)
        updated = (LONG_AGO - ago).replace(tzinfo=None).isoformat(timespec="microseconds")
        with database.writing() as connection:
            connection.execute("UPDATE sessions SET updated = ? WHERE id = ?", (updated, session.session_id))


def keep_ungrounded_answer(folder: Path) -> None:
    sessions = SessionStore(LibraryDatabase(folder))
    session_id = sessions.create(None, "read_write").session_id
    sessions.begin_turn(session_id, "What do the instruments cost, and when is the launch?")
    found = {
        "results": [
            {"content": text, "score": score, "metadata": {"file_name": "mission.md", "heading": heading}}
            for text, score, heading in (
                ("The camera costs 4.2 million euros, the spectrometer 7.9 million.", 2.1, "Instruments"),
                ("The launch is planned for 14 March 2031.", 1.7, "Launch"),
            )
        ]
    }
    answer = (
        "The camera costs €4.2 million and the spectrometer €9.7 million [1]. The launch is planned for 2031-03-14 "
        "[2], three weeks after the review by Ada Sol."
    )
    call = ToolCall("call-1", "retrieve", {"query": "cost of the instruments, launch date"})
    for event in (call, ToolResult("call-1", "retrieve", found), Text(answer)):
        sessions.append(session_id, event)
    sessions.end_turn(session_id, Stop(usage=Usage(4200, 1900, 60, 2)), ())


def picture(user: User) -> str:
    """The screen as SVG, without what differs between two runs that look the same."""
    svg = user.app.export_screenshot(title="llamachat-tui")
    svg = re.sub(r"\d+\.\d(&#160;| )s", r"0.1\1s", svg)
    svg = re.sub(r"terminal-\d+", "terminal-0", svg)
    svg = re.sub(r"\(…[\w-]{4},", "(…last,", svg)
    svg = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:40000", svg)
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def compare(name: str, drawn: str, request: pytest.FixtureRequest) -> None:
    path = PICTURES / f"{name}.svg"
    if request.config.getoption("--write-screenshots"):
        path.write_text(drawn)
    is_same = drawn == path.read_text()
    assert is_same, f"{path.name} has changed: look at it after `make screenshots`"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tui.widgets.sessions.session_list", "tui.screens.indexes.index_rows", "tui.screens.starting"):
        monkeypatch.setattr(f"{module}.now", lambda: LONG_AGO)
    for module in ("tui.widgets.reading", "tui.workspace.running_turn"):
        monkeypatch.setattr(f"{module}.monotonic", lambda: 0.0)


@pytest.mark.parametrize("name", SCENES)
async def test_the_app_still_looks_like_its_pictures(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    scene, columns, rows, theme, on_manual = SCENES[name]
    folder = tmp_path / "mission"
    folder.mkdir()
    (folder / "mission.md").write_text(MISSION)
    if scene is page_picture:
        (folder / "heron.pdf").write_bytes(papers.pdf([HERON]))
    if scene is many_sessions:
        keep_earlier_sessions(data_folder())
    if scene is ungrounded_answer:
        keep_ungrounded_answer(data_folder())
    settings = Settings(local=() if on_manual else (folder,), theme=theme)
    async with driven(settings, columns, rows) as user:
        await scene(user)
        await user.pilot.pause()
        drawn = picture(user)
    compare(name, drawn, request)


@pytest.mark.parametrize("name", EVIDENCE_SCENES)
async def test_what_an_answer_was_built_from_still_looks_like_its_pictures(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    scene, columns, rows, theme = EVIDENCE_SCENES[name]
    write_documents(tmp_path / "mission")
    async with driven(Settings(local=(tmp_path / "mission",), theme=theme), columns, rows) as user:
        await scene(user)
        await user.pilot.pause(0.3)
        drawn = picture(user)
    compare(name, drawn, request)


@pytest.mark.parametrize("name", CLOUD_SCENES)
async def test_a_turn_in_the_cloud_still_looks_like_its_picture(
    name: str, server: Connection, request: pytest.FixtureRequest
) -> None:
    fault, sign = CLOUD_SCENES[name]
    async with fault_proxy(server.base_url) as proxy, driven(Settings(base_url=proxy.base_url)) as user:
        await in_session(user)
        proxy.next_turns.append(fault)
        await ask(user, "What is the budget of the Heron probe?")
        await user.see(sign)
        await user.pilot.pause()
        drawn = picture(user)
    compare(name, drawn, request)


def test_every_picture_has_its_scene() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == {*SCENES, *EVIDENCE_SCENES, *CLOUD_SCENES}


def test_every_picture_is_in_the_readme_or_the_manual() -> None:
    root = PICTURES.parent
    pages = "".join(page.read_text() for page in (root / "README.md", *(root / "docs").rglob("*.md")))
    assert {path.name for path in PICTURES.glob("*.svg")} <= set(re.findall(r"screenshots/([\w-]+\.svg)", pages))

"""`llamachat-tui list`, `show`, `delete` and `indexes`."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.commands.calling import Command
from tests.commands.headless.test_ask import ANSWERED
from tests.commands.serving import ServedCloud
from tests.workspace.cloud import STOP, Turn, asked, said
from tui.store.files import store_path
from tui.store.store import Store


@pytest.fixture(autouse=True)
def two_sessions(online: ServedCloud) -> None:
    online.cloud.add_session("s1", asked("What is\nthe budget?"), *ANSWERED, title="Budget\x1b[2J")
    online.cloud.add_session("s2", title="Herons")


def test_sessions_are_listed_and_the_latest_is_first(command: Command, online: ServedCloud) -> None:
    store = Store.open(store_path())
    store.notes.save_name(online.base_url, "s2", "My herons")
    store.close()
    lines = [line.split("\t") for line in command("list").out.splitlines()]
    assert [(line[0], line[2]) for line in lines] == [("s2", "My herons"), ("s1", "Budget␛[2J")]
    (value,) = [json.loads(line) for line in command("list", "--json", "--limit", "1").out.splitlines()]
    assert (value["session_id"], value["last_updated_at"][:10]) == ("s2", "2026-01-02")
    online.cloud.summaries.clear()
    listed = command("list")
    assert (listed.code, listed.out, listed.err) == (1, "", "llamachat-tui: There are no sessions yet.\n")


def test_all_pages_are_listed_and_a_circle_of_pages_has_an_end(command: Command, online: ServedCloud) -> None:
    path, items = "/api/v1/chat", list(online.cloud.summaries.values())
    online.cloud.pages = {
        (path, None): {"items": items[:1], "next_page_token": "b"},
        (path, "b"): {"items": items[1:], "next_page_token": "c"},
        (path, "c"): {"items": items[:1], "next_page_token": "b"},
    }
    assert len(command("list", "--limit", "0").out.splitlines()) == 2
    with pytest.raises(SystemExit) as refused:
        command("list", "--limit", "-1")
    assert refused.value.code == 2


def test_a_session_is_printed_with_what_its_answers_cite(command: Command, online: ServedCloud) -> None:
    outcome = command("show", "s1")
    assert outcome.code == 0
    assert outcome.out.startswith("Budget␛[2J\n\nQuestion: What is\nthe budget?\n\nAnswer: It is 40 million [1].\n")
    assert "Sources\n[1] notes.pdf\n" in outcome.out
    (value,) = [json.loads(line) for line in command("show", "s1", "--json").out.splitlines()]
    assert (value["outcome"], value["sources"][0]["file"]) == ("answered", "notes.pdf")
    assert command("show", "none").code == 2
    assert command("show", "last").code == 2
    unnamed = command("show", "")
    assert (unnamed.code, "No session is named" in unnamed.err) == (2, True)
    online.cloud.statuses["GET /api/v1/chat/s1"] = 403
    assert command("show", "s1").code == 4


def test_deleting_asks_first(command: Command, online: ServedCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (command("delete", "s1").code, command("delete", "s1", "none", "--yes").code) == (2, 2)
    answer = io.StringIO("n\n")
    for stream in (answer, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    assert 'Delete "Budget␛[2J"?' in command("delete", "s1", stdin=answer).err
    assert list(online.cloud.summaries) == ["s1", "s2"]
    assert command("delete", "s1", "s2", "--yes").code == 0
    assert list(online.cloud.summaries) == []


def test_the_session_that_was_asked_last_is_deleted_as_last(command: Command, online: ServedCloud) -> None:
    assert command("delete", "last", "--yes").code == 2
    assert command("ask", "Third?").code == 1
    assert command("delete", "last", "new-3", "--yes").err.count("Deleted: ") == 1
    assert list(online.cloud.summaries) == ["s1", "s2"]


def test_a_folder_behind_local_is_told_what_opens_it(command: Command, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        command("list", "--local", "/papers")
    assert refused.value.code == 2
    assert "`llamachat-tui list --local` is about all folders" in capfd.readouterr().err


def test_a_session_that_cannot_be_deleted_is_still_there(command: Command, online: ServedCloud) -> None:
    online.cloud.statuses["DELETE /api/v1/chat/s1"] = 403
    assert command("delete", "s1", "--yes").code == 4
    assert command("list").out.count("s1\t") == 1
    assert command("ask", "And now?", "--session", "s1", "--index", "notes").code == 1


def test_indexes_are_listed(command: Command, online: ServedCloud) -> None:
    assert command("indexes").out == "idx-notes\t-\tnotes\n"
    assert json.loads(command("indexes", "--json").out)["name"] == "notes"
    online.cloud.indexes.clear()
    listed = command("indexes")
    assert (listed.code, listed.err) == (1, "llamachat-tui: There are no indexes yet.\n")


def test_an_index_of_a_folder_tells_what_it_lacks(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "old.doc").write_bytes(bytes(100))
    (folder / "new.md").write_text("The herons are fed.")
    (told,) = map(json.loads, command("indexes", "--local", str(folder), "--json").out.splitlines())
    (skipped,) = told["skipped"]
    assert (told["files"], told["skipped_files"], skipped["name"], told["remarks"]) == (1, 1, "old.doc", [])
    assert "save it as .docx" in skipped["reason"]


def test_what_was_asked_is_found_again_without_the_server(command: Command, online: ServedCloud) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    assert command("ask", "What is the herons' budget?").code == 0
    requests = len(online.cloud.requests)
    found = command("search", "million", "heron")
    assert found.code == 0
    assert found.out.startswith("new-3\t")
    assert "\n    1. " in found.out
    (value,) = [json.loads(line) for line in command("search", "budget", "in:question", "--json").out.splitlines()]
    assert (value["session_id"], value["hits"][0]["turn"], value["hits"][0]["part"]) == ("new-3", 1, "question")
    nowhere = command("search", "nowhere")
    assert (nowhere.code, nowhere.out) == (1, "")
    assert "Nothing was found in what is kept" in nowhere.err
    assert command("search", "after:never").code == 2
    assert len(online.cloud.requests) == requests
    assert command("search", "million", "index:notes").code == 0
    other = command("search", "million", "index:others")
    assert (other.code, 'There is no index with "others" in its name.' in other.err) == (2, True)


@pytest.mark.parametrize(
    ("filter_", "why"),
    [("before:yesteryear", "before: takes a day"), ("in:cellar", "in: takes title"), ("has:fun", "has: takes error")],
)
def test_a_search_with_a_filter_that_is_not_understood_finds_nothing_else(
    command: Command, online: ServedCloud, filter_: str, why: str
) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    assert command("ask", "What is the herons' budget?").code == 0
    found = command("search", "million", filter_)
    assert (found.code, found.out, why in found.err) == (2, "", True)


def test_a_search_says_what_it_did_not_follow_and_why_nothing_is_kept(
    command: Command, online: ServedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    online.cloud.turns = [Turn((said("Use std:vector here."), STOP))]
    assert command("ask", "Which one?").code == 1
    found = command("search", "std:vector")
    assert (found.code, "There is no filter std:" in found.err) == (0, True)
    store = Store.open(store_path())
    store.database.write(lambda connection: connection.execute("PRAGMA user_version = 9999"))
    store.close()
    newer = command("search", "vector")
    assert (newer.code, "newer version" in newer.err) == (1, True)
    monkeypatch.setenv("LLAMACHAT_KEEP", "false")
    assert "keep is false" in command("search", "vector").err
    monkeypatch.setenv("LLAMACHAT_KEEP", "true")
    store_path().unlink()
    assert "nothing was searched" in command("search", "vector").err


def test_a_search_says_why_a_folder_that_is_not_open_is_not_found_by_its_name(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    outcome = command("search", "rent", "index:papers", "--local")
    assert (outcome.code, "A folder that is not open has no name here." in outcome.err) == (2, True)

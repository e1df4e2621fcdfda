from pathlib import Path

import pytest
from textual import events

from tests.app.user import User, driven
from tui.screens.indexes.index_picker import IndexPicker
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.widgets.composer import Composer


async def test_a_question_gets_a_cited_answer_and_the_session_is_listed(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("When was the Heron probe launched?")
        await user.read_to_end_of_turn()
        await user.see("March 2031")
        await user.see("heron.md")
        await user.see("When was the Heron probe launched?  ·  notes")
        await user.until(lambda: any(line.lstrip().startswith("▌  When was") for line in user.lines))


async def test_an_unrelated_question_is_not_answered_with_the_answer_before(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("When was the Heron probe launched?")
        await user.see("March 2031")
        await user.read_to_end_of_turn()
        await user.type("What is the population of France?")
        await user.press("enter")
        await user.see("matches “population”, “France”.")


async def test_a_conversation_rebuilt_after_a_restart_looks_exactly_as_it_did_live(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("What is the budget?")
        await user.read_to_end_of_turn()
        await user.see(" · 2 rounds")
        live = await user.settled_screen()
    async with driven(settings) as user:
        await user.see("What is the budget")
        assert user.app.chat.query_one(Composer).text == ""
        await user.press("ctrl+s", "enter")
        await user.read_to_end_of_turn()
        await user.until(lambda: user.screen == live)


async def test_the_picker_filters_and_ticks_for_a_new_session(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.until(lambda: isinstance(user.app.screen, IndexPicker))
        await user.see("☑ notes")
        await user.see("ready")
        await user.type("zzz")
        await user.see("No index has this")
        await user.press("backspace", "backspace", "backspace")
        await user.see("notes")
        await user.in_dialog("space")
        await user.see("☐ notes")
        await user.press("space", "enter")
        await user.see("New session  ·  notes")
        await user.see("bound")


async def test_a_new_session_is_made_on_the_server_with_its_first_question(settings: Settings) -> None:
    async with driven(settings) as user:
        workspace = user.app.chat.workspace
        await user.until(lambda: bool(workspace.indexes))
        for _ in range(3):
            await user.press("ctrl+n")
            await user.in_dialog("enter")
            await user.see("New session  ·  notes")
        await user.type("half a thought")
    async with driven(settings) as user:
        await user.see("half a thought")
        await user.until(lambda: user.app.chat.workspace.is_live)
        assert not len(user.app.chat.workspace.catalogue)
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see("New session  ·  notes")
        await user.press("ctrl+c")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.see("Bo Lin")
        [session] = user.app.chat.workspace.catalogue
        assert session.index_ids == tuple(index.id for index in user.app.chat.workspace.indexes)


async def test_what_is_sent_twice_while_its_session_is_made_is_asked_once(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.type("Who leads science?")
        press_together(user, "enter", "enter", "enter")
        await user.see("Bo Lin")
        await user.read_to_end_of_turn()
        assert len(user.app.chat.workspace.catalogue) == 1
        assert not user.app.chat.workspace.waiting(user.app.chat.open_id)
        assert user.screen.count("Who leads science?\n") == 1


async def test_what_has_left_the_composer_is_not_asked_again_by_an_enter_from_before(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        composer = user.app.chat.query_one(Composer)
        composer.post_message(Composer.Submitted("Who leads science?"))
        await user.type("Who leads navigation?")
        composer.post_message(Composer.Submitted("Who leads science? Who leads navigation?"))
        await user.press("enter")
        await user.until(lambda: user.screen.count(" rounds") == 2)
        questions = user.app.chat.workspace.transcript(user.app.chat.open_id) or ()
        assert [turn.question for turn in questions] == ["Who leads science?", "Who leads navigation?"]


async def test_an_unbound_session_asks_for_its_indexes_when_it_has_none(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.in_dialog("space", "f4", "enter")
        await user.until(lambda: user.app.chat.view.head.state == "unbound")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.in_dialog("enter")
        await user.see("Bo Lin")


async def test_a_question_that_waited_in_an_unbound_session_asks_for_its_indexes_at_the_next_start(
    settings: Settings,
) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.in_dialog("f4", "enter")
        await user.type("When was the Heron probe launched?")
        await user.press("enter")
        await user.read_to_end_of_turn()
        session_id = user.app.chat.open_id
    assert session_id
    store = Store.open(store_path())
    store.notes.save_queue(settings.account, session_id, ["Who leads science?"])
    store.close()
    async with driven(settings) as user:
        await user.press("ctrl+s", "enter")
        await user.see("Who leads science?")
        await user.press("enter")
        await user.in_dialog("enter")
        await user.see("Bo Lin")


@pytest.mark.parametrize("keys", [["f5"], ["f8", "f8"], ["ctrl+o"]], ids=["sync", "remove", "add"])
async def test_a_question_goes_to_its_own_session_after_a_folder_was_changed_in_the_picker(
    notes: Path, tmp_path: Path, keys: list[str]
) -> None:
    plans, more = tmp_path / "plans", tmp_path / "more"
    for folder in (plans, more):
        folder.mkdir()
        (folder / "plan.md").write_text("# Plan\n\nThe plan is to land in June.\n")
    async with driven(Settings(local=(plans, notes))) as user:
        chat = user.app.chat
        await user.until(lambda: len(chat.workspace.indexes) == 2)
        await user.press("ctrl+n")
        await user.see("plans")
        await user.in_dialog("f4", "enter")
        await user.until(lambda: user.app.chat.view.head.state == "unbound")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.see("Which indexes does this question search?")
        await user.type("plans")
        await user.in_dialog(*keys)
        if keys == ["ctrl+o"]:
            await user.see("Add a folder of this machine")
            await user.type(str(more))
            await user.in_dialog("enter")
            await user.until(lambda: len(chat.workspace.indexes) == 3)
        if keys == ["f8", "f8"]:
            await user.until(lambda: len(chat.workspace.indexes) == 1)
        await user.see("Which indexes does this question search?")
        await user.press("ctrl+u")
        await user.type("notes")
        await user.in_dialog("tab", "enter")
        await user.see("Bo Lin")
        assert len(chat.workspace.catalogue) == 1


async def test_parts_fold_and_unfold_by_keys(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads navigation?")
        await user.read_to_end_of_turn()
        await user.see("▸ retrieve")
        await user.press("shift+tab", "g", "J", "J", "J", "enter")
        await user.see("▾ retrieve")
        await user.see("Ada Sol leads navigation.")
        await user.press("space")
        await user.see("▸ retrieve")
        await user.press("ctrl+o")
        await user.see("▾ Thought")


async def test_an_empty_prompt_is_not_sent(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("space", "space", "enter")
        assert not isinstance(user.app.screen, IndexPicker)
        assert user.app.chat.query_one(Composer).text == "  "


async def test_a_prompt_over_the_limit_is_kept_and_refused_in_words(settings: Settings) -> None:
    async with driven(settings) as user:
        composer = user.app.chat.query_one(Composer)
        composer.put("why? " * 250)
        await user.see("1,250 of 1,000 characters")
        await user.press("enter")
        await user.see("has 1,249 characters")
        assert len(composer.text) == 1250


async def test_typing_in_the_conversation_goes_to_the_composer(settings: Settings) -> None:
    async with driven(settings) as user:
        user.app.chat.view.pane.focus()
        await user.press(*"What")
        composer = user.app.chat.query_one(Composer)
        await user.until(lambda: composer.text == "What" and composer.has_focus)


async def test_up_brings_back_questions_and_down_the_draft(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        composer = user.app.chat.query_one(Composer)
        await user.type("draft")
        await user.press("up")
        await user.until(lambda: composer.text == "Who leads science?")
        await user.press("down")
        await user.until(lambda: composer.text == "draft")


def press_together(user: User, *keys: str) -> None:
    """Press keys that arrive in one piece, as over a slow line."""
    for key in keys:
        user.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_keys_that_arrive_together_act_in_the_order_of_typing(settings: Settings) -> None:
    async with driven(settings) as user:
        composer = user.app.chat.query_one(Composer)
        press_together(user, "a", "b", "backspace", "c", "left", "d", "home", "e")
        await user.until(lambda: len(composer.text) == 4)
        assert composer.text == "eadc"


def let_dialogs_ignore_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """For as long as the test takes: on a busy machine keys are handled long after they were pressed."""
    monkeypatch.setattr("tui.screens.dialog.IGNORE_KEYS_SECONDS", 60)


async def test_a_key_right_after_the_one_that_opens_the_picker_is_not_the_composer_s(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.type("a draft")
        let_dialogs_ignore_keys(monkeypatch)
        press_together(user, "ctrl+n", "x", "enter")
        await user.see("New session")
        assert user.app.chat.query_one(Composer).text == "a draft"


async def test_what_is_typed_right_behind_the_choice_of_indexes_is_written_in_the_new_session(
    settings: Settings,
) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.type("a draft")
        asked_in = user.app.chat.open_id
        await user.press("ctrl+n")
        await user.in_dialog()
        press_together(user, "enter", *"new")
        composer = user.app.chat.query_one(Composer)
        await user.until(lambda: composer.text.endswith("new") or user.app.chat.workspace.draft(asked_in) != "a draft")
        assert (composer.text, user.app.chat.workspace.draft(asked_in)) == ("new", "a draft")


async def test_what_is_typed_right_behind_a_name_is_not_part_of_it(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s", "r")
        await user.in_dialog()
        press_together(user, *"Crew", "enter", *"new")
        composer = user.app.chat.query_one(Composer)
        await user.until(lambda: composer.text == "new")
        await user.see("Crew  ·  notes")


async def test_a_question_sent_twice_at_once_opens_one_picker(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_dialogs_ignore_keys(monkeypatch)
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "plan.md").write_text("# Plan\n\nThe plan is to land in June.\n")
    async with driven(Settings(local=(notes, plans))) as user:
        await user.until(lambda: len(user.app.chat.workspace.indexes) == 2)
        await user.type("Who leads science?")
        press_together(user, "enter", "enter")
        await user.see("New session")
        await user.press("escape")
        await user.until(lambda: user.app.screen is user.app.chat)
        assert user.app.chat.query_one(Composer).text == "Who leads science?"


async def test_a_question_sent_twice_is_asked_once_however_fast_its_session_is_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(settings) as user:
        chat = user.app.chat
        await user.until(lambda: bool(chat.workspace.indexes))
        searched = [chat.workspace.indexes[0].id]
        empty = [await chat.workspace.create(searched, is_bound=is_bound) for is_bound in (True, False)]

        async def create(*_: object, **__: object) -> str | None:
            return empty.pop()

        monkeypatch.setattr(chat.workspace, "create", create)
        await user.type("Who leads science?")
        for _ in range(2):
            chat.on_composer_submitted(Composer.Submitted("Who leads science?"))
        await user.read_to_end_of_turn()
        assert len(empty) == 1

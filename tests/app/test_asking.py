from textual import events

from tests.app.user import driven
from tui.screens.index_picker import IndexPicker
from tui.settings import Settings
from tui.widgets.composer import Composer
from tui.widgets.conversation_pane import ConversationPane


async def test_a_question_gets_a_cited_answer_and_the_session_is_listed(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("When was the Heron probe launched?")
        await user.read_to_end_of_turn()
        await user.see("March 2031")
        await user.see("heron.md")
        await user.see("When was the Heron probe launched?  ·  notes")
        assert any(line.startswith("▌ When was") for line in user.lines)


async def test_a_conversation_rebuilt_after_a_restart_looks_exactly_as_it_did_live(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("What is the budget?")
        await user.read_to_end_of_turn()
        live = user.screen
    async with driven(settings) as user:
        await user.see("What is the budget")
        assert user.app.chat.query_one(Composer).text == ""
        await user.press("ctrl+s", "enter")
        await user.read_to_end_of_turn()
        await user.until(lambda: user.screen == live)


async def test_the_picker_filters_ticks_and_creates_a_bound_session(settings: Settings) -> None:
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
        await user.see("(untitled)  ·  notes")


async def test_an_unbound_session_asks_for_its_indexes_when_it_has_none(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.in_dialog("space", "tab", "enter")
        await user.see("(untitled)  ·  unbound")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.in_dialog("enter")
        await user.see("Bo Lin")


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


async def test_d_twice_deletes_on_the_server_and_u_brings_it_back(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s", "d")
        await user.see("d again deletes")
        await user.press("d")
        await user.until(lambda: not len(user.app.chat.workspace.catalogue))
        await user.press("u")
        await user.until(lambda: len(user.app.chat.workspace.catalogue) == 1)
        await user.press("d", "d")
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        assert not len(user.app.chat.workspace.catalogue)


async def test_another_key_takes_a_deletion_back(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s", "d", "j", "d")
        await user.see("d again deletes")
        assert len(user.app.chat.workspace.catalogue) == 1


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
        user.app.chat.query_one(ConversationPane).focus()
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


async def test_keys_that_arrive_together_act_in_the_order_of_typing(settings: Settings) -> None:
    async with driven(settings) as user:
        composer = user.app.chat.query_one(Composer)
        for key in ("a", "b", "backspace", "c", "left", "d", "home", "e"):
            user.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await user.until(lambda: len(composer.text) == 4)
        assert composer.text == "eadc"

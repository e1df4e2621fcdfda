import asyncio

import pytest

from tests.workspace.conftest import ACCOUNT, Office, store_in_use, until
from tui.store.store import Store
from tui.workspace.drafts import SAVE_AFTER_SECONDS, Drafts


async def test_what_is_typed_is_on_disk_a_moment_later(store: Store) -> None:
    drafts = Drafts(store.notes, ACCOUNT)
    loop = asyncio.get_running_loop()
    started = loop.time()
    drafts.write("s1", "h")
    drafts.write("s1", "half a thought")
    assert store.notes.draft(ACCOUNT, "s1") == ""
    await until(lambda: store.notes.draft(ACCOUNT, "s1") == "half a thought")
    assert loop.time() - started >= SAVE_AFTER_SECONDS * 0.9


async def test_all_drafts_are_saved_at_once_when_the_program_ends(store: Store) -> None:
    drafts = Drafts(store.notes, ACCOUNT)
    drafts.write("s1", "one")
    drafts.write("s2", "two")
    drafts.save()
    assert store.notes.drafts(ACCOUNT) == {"s1": "one", "s2": "two"}
    assert Drafts(store.notes, ACCOUNT).get("s2") == "two"


async def test_typing_goes_on_while_a_long_turn_is_written_and_the_draft_is_saved_after_it(store: Store) -> None:
    drafts = Drafts(store.notes, ACCOUNT)
    async with store_in_use(store):
        drafts.write("s1", "half a thought")
        await asyncio.sleep(SAVE_AFTER_SECONDS * 2)
    await until(lambda: store.notes.draft(ACCOUNT, "s1") == "half a thought")


@pytest.mark.fault(60)
async def test_a_draft_is_kept_when_the_workspace_closes(office: Office, store: Store) -> None:
    office.workspace.write_draft("s1", "half a thought")
    await office.workspace.close()
    assert store.notes.draft(ACCOUNT, "s1") == "half a thought"


async def test_a_draft_that_was_emptied_stays_empty(store: Store) -> None:
    store.notes.save_draft(ACCOUNT, "s1", "old")
    drafts = Drafts(store.notes, ACCOUNT)
    drafts.write("s1", "")
    drafts.save()
    assert store.notes.drafts(ACCOUNT) == {}


async def test_a_draft_that_the_journal_wrote_is_read_again_and_not_written_over(store: Store) -> None:
    drafts = Drafts(store.notes, ACCOUNT)
    drafts.write("s1", "typed")
    store.notes.save_draft(ACCOUNT, "s1", "given back\n\ntyped")
    drafts.reload("s1")
    drafts.save()
    assert drafts.get("s1") == store.notes.draft(ACCOUNT, "s1") == "given back\n\ntyped"


async def test_a_draft_that_the_journal_wrote_is_not_written_again_over_a_later_one(store: Store) -> None:
    drafts = Drafts(store.notes, ACCOUNT)
    drafts.write("s1", "typed")
    drafts.reload("s1")
    store.notes.save_draft(ACCOUNT, "s1", "written by another instance since")
    drafts.save()
    assert store.notes.draft(ACCOUNT, "s1") == "written by another instance since"


async def test_a_draft_of_a_session_that_others_write_in_is_kept_in_memory_alone(store: Store) -> None:
    drafts = Drafts(store.notes, ACCOUNT)
    drafts.set_read_only("s1", True)
    drafts.write("s1", "mine")
    drafts.save()
    assert drafts.get("s1") == "mine"
    assert store.notes.drafts(ACCOUNT) == {}
    drafts.set_read_only("s1", False)
    drafts.write("s1", "mine, too")
    drafts.save()
    assert store.notes.drafts(ACCOUNT) == {"s1": "mine, too"}


async def test_drafts_of_accounts_and_of_the_session_to_come_are_kept_apart(office: Office) -> None:
    workspace = office.workspace
    workspace.write_draft(None, "for a new session")
    workspace.write_draft("s1", "for this one")
    workspace.save_drafts()
    workspace.load_account("another")
    assert (workspace.draft(None), workspace.draft("s1")) == ("", "")
    workspace.load_account(ACCOUNT)
    assert (workspace.draft(None), workspace.draft("s1")) == ("for a new session", "for this one")

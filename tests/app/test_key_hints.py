"""The bottom line."""

from pathlib import Path

from tests.app.user import driven
from tui.settings import Settings


async def test_the_place_leaves_room_for_keys_and_follows_the_folders(notes: Path) -> None:
    folders = [notes.with_name(f"the-notes-of-volume-{number}") for number in range(5)]
    for folder in folders:
        folder.mkdir()
        (folder / "a.md").write_text("# Heron\n\nThe Heron was launched.\n")
    async with driven(Settings(local=tuple(folders)), 80, 24) as user:
        await user.until(lambda: len(user.app.chat.workspace.indexes) == 5)
        line = user.lines[-1]
        assert "This machine: the-notes" in line
        assert "…" in line
        assert "Enter Send" in line
        assert line.endswith("F1 Help")
    async with driven(Settings(local=(notes,)), 120, 36) as user:
        await user.until(lambda: "This machine: notes " in user.lines[-1])
        await user.press("ctrl+n")
        await user.in_dialog("ctrl+o")
        await user.see("Add a folder of this machine")
        await user.type(str(folders[0]))
        await user.in_dialog("enter")
        await user.until(lambda: "This machine: notes, the-notes-of-volume-0" in user.lines[-1])


async def test_a_key_that_is_clicked_does_what_it_does(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.see("F1 Help")
        await user.pilot.click(offset=(user.lines[-1].index("F1 Help") + 1, 35))
        await user.see("Everywhere")

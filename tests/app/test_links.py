import webbrowser

import pytest

from tests.app.user import User, driven
from tui.lineview.selectable_view import SelectableLineView
from tui.screens.dialog import Dialog
from tui.screens.link import LinkDialog
from tui.settings import Settings
from tui.widgets.conversation_view import ConversationView
from tui.workspace.opening_files import can_show


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was told to open."""
    addresses: list[str] = []

    def note(url: str) -> bool:
        addresses.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    return addresses


async def choose(user: User, url: str) -> None:
    user.app.chat.query_one(ConversationView).pane.post_message(SelectableLineView.LinkChosen(url))
    await user.until(lambda: isinstance(user.app.screen, LinkDialog))


@pytest.mark.fault(7)
async def test_a_link_is_shown_whole_and_opened_only_then(
    settings: Settings, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.link.can_show", lambda: True)
    async with driven(settings) as user:
        await choose(user, "https://example.com/a/long?address=1")
        await user.see("A link to example.com")
        await user.see("https://example.com/a/long?address=1")
        assert opened == []
        await user.in_dialog("enter")
        await user.until(lambda: opened == ["https://example.com/a/long?address=1"])


@pytest.mark.fault(7)
async def test_where_no_browser_can_be_seen_a_link_is_copied(
    settings: Settings, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.link.can_show", lambda: False)
    async with driven(settings) as user:
        await choose(user, "mailto:ada@example.com")
        await user.see("No browser can be shown here")
        await user.in_dialog("enter", "y")
        await user.until(lambda: user.app.clipboard == "mailto:ada@example.com")
        await user.see("Sent the address to the terminal's clipboard")
        assert opened == []


@pytest.mark.fault(7)
@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "ssh://host", "--x", "https://a@b/"])
async def test_other_addresses_are_shown_and_never_opened(settings: Settings, opened: list[str], url: str) -> None:
    async with driven(settings) as user:
        user.app.push_screen(LinkDialog(url, opens=True))
        await user.see("This link is not opened")
        await user.see(url)
        await user.in_dialog("enter", "o")
        assert isinstance(user.app.screen, Dialog)
        assert opened == []


@pytest.mark.fault(7)
def test_a_browser_is_opened_only_before_the_user_s_eyes() -> None:
    assert can_show({"DISPLAY": ":0"}, "linux")
    assert can_show({}, "darwin")
    assert not can_show({}, "linux")
    assert not can_show({"SSH_TTY": "/dev/pts/1"}, "darwin")

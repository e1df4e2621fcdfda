"""The commands of the palette, in the order in which they are listed: in words that a user would type."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from tui.keys.actions import ACTIONS
from tui.keys.keymap import key_for
from tui.lazy_dataclass import dataclass

Owner: TypeAlias = Literal["app", "screen", "composer", "conversation", "list"]
"""Whose action it is."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. It is found by its `title` and by `words`; `key` does the same without the palette, "" where none.

    It is the id of an action, or the spelling of a key that never changes.
    """

    title: str
    words: str
    key: str
    owner: Owner
    action: str

    @property
    def shown_key(self) -> str:
        """How the key is spelled that does the same."""
        return key_for(self.key) if self.key in ACTIONS else self.key


COMMANDS: Sequence[Command] = (
    Command("New session", "start begin create chat conversation ask", "session.new", "screen", "new_session"),
    Command("Choose indexes", "scope unbound search documents index", "session.indexes", "screen", "choose_scope"),
    Command("Add a folder", "open directory documents local index files", "", "screen", "add_folder"),
    Command("Sessions", "list open switch history browse conversations", "sessions.show", "screen", "go_to_sessions"),
    Command("Show or hide the sessions", "sidebar list panel", "sessions.toggle", "screen", "toggle_sessions"),
    Command(
        "Search all sessions", "find text history everything answers evidence", "sessions.search", "screen", "search"
    ),
    Command("Find in the conversation", "search text match", "conversation.find", "conversation", "find"),
    Command(
        "Evidence of the answer",
        "sources passages citations documents",
        "conversation.evidence",
        "conversation",
        "sources",
    ),
    Command(
        "Ledger of the session",
        "documents pages sources used evidence",
        "conversation.ledger",
        "conversation",
        "ledger",
    ),
    Command("Trace of the turn", "steps tools searches agent did", "conversation.trace", "conversation", "trace"),
    Command(
        "Next claim without evidence",
        "grounding check figures numbers dates quotations names unsupported",
        "conversation.next_claim",
        "conversation",
        "next_ungrounded",
    ),
    Command(
        "Questions of this session",
        "outline jump turns contents",
        "conversation.questions",
        "conversation",
        "questions",
    ),
    Command("Copy", "clipboard yank answer text", "conversation.copy", "conversation", "copy"),
    Command(
        "Export conversation",
        "save write file markdown html json csl citation download session",
        "conversation.export",
        "conversation",
        "export",
    ),
    Command(
        "Show all details", "tools fold unfold expand collapse", "conversation.details", "conversation", "all_details"
    ),
    Command(
        "Show or hide thinking", "reasoning thoughts fold", "conversation.thinking", "conversation", "toggle_thinking"
    ),
    Command(
        "Questions asked before", "history previous recall again", "composer.questions", "composer", "search_history"
    ),
    Command("Write in your editor", "vim emacs nano long text", "composer.editor", "composer", "write_in_editor"),
    Command("Stop the answer", "cancel interrupt abort turn", "Esc", "screen", "escape"),
    Command("Rename session", "name title", "list.rename", "list", "want('name')"),
    Command("Pin session", "unpin top first keep favourite", "list.pin", "list", "want('pin')"),
    Command("About this session", "info details id tokens error indexes copy", "list.info", "list", "want('info')"),
    Command(
        "Ask again on other indexes",
        "repeat question compare another index",
        "list.ask_again",
        "list",
        "want('ask_again')",
    ),
    Command("Connect again", "retry reload refresh offline network", "app.connect", "screen", "retry"),
    Command("Switch account or key", "login api key region logout llamacloud manual folder", "", "app", "change_key"),
    Command("Switch profile", "account key region project work", "", "screen", "switch_profile"),
    Command("Theme", "colours colors dark light appearance", "", "screen", "choose_theme"),
    Command(
        "Settings", "options preferences configuration config bell animations", "app.settings", "screen", "settings"
    ),
    Command("Show the notice whole", "read message warning problem error long cut", "", "screen", "show_notice"),
    Command("Help", "keys shortcuts bindings manual", "app.help", "screen", "help"),
    Command("Quit", "exit leave close end", "app.quit", "app", "quit"),
)


def found_by(command: Command, typed: str) -> bool:
    """Whether every word that was typed begins a word of the title, or of what else finds the command."""
    known = f"{command.title} {command.words}".casefold().split()
    return all(any(word.startswith(begin) for word in known) for begin in typed.casefold().split())

"""The commands of the palette, in the order in which they are listed: in words that a user would type."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Owner: TypeAlias = Literal["app", "screen", "composer", "conversation", "list"]
"""Whose action it is."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. It is found by its `title` and by `words`; `key` does the same without the palette, "" where none."""

    title: str
    words: str
    key: str
    owner: Owner
    action: str


COMMANDS: Sequence[Command] = (
    Command("New session", "start begin create chat conversation ask", "Ctrl+N", "screen", "new_session"),
    Command("Choose indexes", "scope unbound search documents index", "F4", "screen", "choose_scope"),
    Command("Add a folder", "open directory documents local index files", "", "screen", "add_folder"),
    Command("Sessions", "list open switch history browse conversations", "Ctrl+S", "screen", "go_to_sessions"),
    Command("Show or hide the sessions", "sidebar list panel", "F2", "screen", "toggle_sessions"),
    Command("Search all sessions", "find text history everything answers evidence", "Ctrl+F", "screen", "search"),
    Command("Find in the conversation", "search text match", "/", "conversation", "find"),
    Command("Evidence of the answer", "sources passages citations documents", "s", "conversation", "sources"),
    Command("Ledger of the session", "documents pages sources used evidence", "l", "conversation", "ledger"),
    Command("Trace of the turn", "steps tools searches agent did", "t", "conversation", "trace"),
    Command(
        "Next claim without evidence",
        "grounding check figures numbers dates quotations names unsupported",
        "u",
        "conversation",
        "next_ungrounded",
    ),
    Command("Questions of this session", "outline jump turns contents", "o", "conversation", "questions"),
    Command("Copy", "clipboard yank answer text", "y", "conversation", "copy"),
    Command(
        "Export conversation",
        "save write file markdown html json csl citation download session",
        "e",
        "conversation",
        "export",
    ),
    Command("Show all details", "tools fold unfold expand collapse", "Ctrl+O", "conversation", "all_details"),
    Command("Show or hide thinking", "reasoning thoughts fold", "Ctrl+T", "conversation", "toggle_thinking"),
    Command("Questions asked before", "history previous recall again", "Ctrl+R", "composer", "search_history"),
    Command("Write in your editor", "vim emacs nano long text", "Ctrl+G", "composer", "write_in_editor"),
    Command("Stop the answer", "cancel interrupt abort turn", "Esc", "screen", "escape"),
    Command("Rename session", "name title", "r", "list", "want('name')"),
    Command("Pin session", "unpin top first keep favourite", "p", "list", "want('pin')"),
    Command("About this session", "info details id tokens error indexes copy", "i", "list", "want('info')"),
    Command("Ask again on other indexes", "repeat question compare another index", "o", "list", "want('ask_again')"),
    Command("Connect again", "retry reload refresh offline network", "F5", "screen", "retry"),
    Command("Switch account or key", "login api key region logout llamacloud manual folder", "", "app", "change_key"),
    Command("Switch profile", "account key region project work", "", "screen", "switch_profile"),
    Command("Theme", "colours colors dark light appearance", "", "screen", "choose_theme"),
    Command("Settings", "options preferences configuration config bell animations", "F10", "screen", "settings"),
    Command("Help", "keys shortcuts bindings manual", "F1", "screen", "help"),
    Command("Quit", "exit leave close end", "Ctrl+Q", "app", "quit"),
)


def found_by(command: Command, typed: str) -> bool:
    """Whether every word that was typed begins a word of the title, or of what else finds the command."""
    known = f"{command.title} {command.words}".casefold().split()
    return all(any(word.startswith(begin) for word in known) for begin in typed.casefold().split())

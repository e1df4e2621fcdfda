"""The terminal: what it can show, which keys it can tell apart, and whether copying leaves it."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from tui.commands.doctor.check_result import CheckResult
from tui.sanitize import clean_line

MIN_COLUMNS, MIN_ROWS = 80, 24
WITHOUT_OSC_52 = ("Apple_Terminal",)
"""Terminals, by TERM_PROGRAM, that do not take text to copy from a program."""


def check(environ: Mapping[str, str], answers: str | None) -> Iterator[CheckResult]:
    """The terminal's size, colours, keys and clipboard. `answers`: see `terminal_queries.answers`."""
    if answers is None:
        yield CheckResult(
            "Terminal", "warn", "none: the output goes to a file or a pipe", "Run doctor in the terminal."
        )
    yield _size()
    yield _colours(environ)
    if answers is not None:
        yield _keyboard(answers)
        yield _synchronized(answers)
    yield _clipboard(environ)
    if environ.get("TMUX"):
        yield from _tmux()
    if environ.get("STY"):
        advice = "Prefer tmux, or copy with w into a file."
        yield CheckResult("GNU screen", "warn", "it keeps copied text and the keyboard protocol to itself", advice)


def _size() -> CheckResult:
    columns, rows = shutil.get_terminal_size()
    if columns < MIN_COLUMNS or rows < MIN_ROWS:
        advice = f"Make it {MIN_COLUMNS} by {MIN_ROWS} or larger."
        return CheckResult("Size", "warn", f"{columns} by {rows}: some things are cut", advice)
    return CheckResult("Size", "ok", f"{columns} by {rows}")


def _colours(environ: Mapping[str, str]) -> CheckResult:
    term = clean_line(environ.get("TERM", ""), 40)
    if term == "dumb":
        advice = "Set TERM, such as xterm-256color, for the whole screen."
        return CheckResult("Colours", "warn", "TERM is dumb: the app runs in lines, as with --plain", advice)
    if not term:
        return CheckResult("Colours", "problem", "TERM is not set", "Set TERM, such as xterm-256color.")
    if environ.get("NO_COLOR"):
        return CheckResult("Colours", "ok", f"off, as NO_COLOR asks (TERM={term})")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return CheckResult("Colours", "ok", f"16 million (TERM={term})")
    few = "256" if "256" in term else "16 or fewer"
    advice = "Set COLORTERM=truecolor if it shows them; over SSH, have it sent (SendEnv COLORTERM)."
    return CheckResult("Colours", "warn", f"{few} (TERM={term}, COLORTERM not set)", advice)


def _keyboard(answers: str) -> CheckResult:
    if re.search(r"\x1b\[\?[0-9]+u", answers):
        return CheckResult("Keyboard", "ok", "it tells Shift+Enter and Alt+Enter from Enter (kitty protocol)")
    return CheckResult("Keyboard", "ok", "Shift+Enter looks like Enter here", "Ctrl+J makes a new line everywhere.")


def _synchronized(answers: str) -> CheckResult:
    if re.search(r"\x1b\[\?2026;[123]\$y", answers):
        return CheckResult("Drawing", "ok", "frames are shown only when complete (synchronized output)")
    return CheckResult("Drawing", "ok", "frames may be seen half drawn on slow lines (no synchronized output)")


def _clipboard(environ: Mapping[str, str]) -> CheckResult:
    program = clean_line(environ.get("TERM_PROGRAM", ""), 40)
    if program in WITHOUT_OSC_52:
        advice = "Use w after copying to write it into a file, or another terminal."
        return CheckResult("Copying", "warn", f"{program} does not take text from programs (OSC 52)", advice)
    over = " over SSH" if environ.get("SSH_TTY") else ""
    return CheckResult("Copying", "ok", f"sent to the terminal{over} (OSC 52); no terminal says whether it took it")


def _tmux() -> Iterator[CheckResult]:
    clipboard = _option("set-clipboard")
    if clipboard == "on":
        yield CheckResult("tmux: copying", "ok", "set-clipboard on")
    else:
        state = f"set-clipboard {clipboard or 'unknown'}: what is copied here stays in tmux"
        yield CheckResult("tmux: copying", "warn", state, "tmux set -g set-clipboard on")
    escape = _option("escape-time")
    if escape.isdigit() and int(escape) > 50:
        yield CheckResult("tmux: Esc", "warn", f"answers {escape} ms late", "tmux set -g escape-time 10")


def _option(name: str) -> str:
    """An option of the tmux that runs around us, "" where it cannot be asked."""
    for scope in ("-gv", "-sv"):
        try:
            command = ["tmux", "show-options", scope, name]
            done = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        if done.returncode == 0 and done.stdout.strip():
            return clean_line(done.stdout, 40)
    return ""

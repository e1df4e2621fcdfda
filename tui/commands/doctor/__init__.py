"""`llamachat-tui doctor`: checks all that the app depends on, and says what to do where something is wrong."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict

from tui.arguments import CommandParser
from tui.commands.doctor import account, machine, terminal, terminal_queries
from tui.commands.doctor.check_result import CheckResult
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.options import server_command_parser, settings_of
from tui.redaction import redact
from tui.sanitize import clean_line

MARKS = {"ok": "ok     ", "warn": "warn   ", "problem": "PROBLEM"}


def parser() -> CommandParser:
    """The options of `doctor`."""
    made = server_command_parser(
        "doctor", "Check the terminal, the key, the network, the server and what is kept here."
    )
    made.add_argument("--json", action="store_true", help="for programs: a list of findings")
    return made


def main(arguments: list[str]) -> int:
    """Check, and print the results; the exit code, 1 where there is a problem."""
    options = parser().parse_args(arguments)
    settings = settings_of(options)
    results = [*machine.check(), *terminal.check(os.environ, terminal_queries.answers())]

    async def check_account() -> None:
        results.extend([result async for result in account.check(settings)])

    run_until_interrupted(check_account())
    print(_as_json(results) if options.json else _as_text(results))
    return 1 if any(result.verdict == "problem" for result in results) else 0


def _as_json(results: Sequence[CheckResult]) -> str:
    return redact(json.dumps([asdict(result) for result in results], indent=2))


def _as_text(results: Sequence[CheckResult]) -> str:
    width = max(len(result.subject) for result in results)
    lines: list[str] = []
    for result in results:
        lines.append(f"{MARKS[result.verdict]}  {result.subject:<{width}}  {clean_line(result.state, 600)}")
        if result.advice:
            lines.append(f"{'':7}  {'':<{width}}  → {result.advice}")
    return redact("\n".join(lines))

"""`llamachat-tui doctor`: looks at all that the app depends on, and says what to do where something is amiss."""

import asyncio
import json
import os
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict

from tui.commands.doctor import account, machine, terminal
from tui.commands.doctor import terminal_queries as asking
from tui.commands.doctor.check_result import CheckResult
from tui.commands.options import exit_code_of, server_command_parser, settings_of
from tui.redaction import redact
from tui.sanitize import clean_line

MARKS = {"ok": "ok     ", "warn": "warn   ", "problem": "PROBLEM"}


def parser() -> ArgumentParser:
    """The options of `doctor`."""
    made = server_command_parser(
        "doctor", "Check the terminal, the key, the network, the server and what is kept here."
    )
    made.add_argument("--json", action="store_true", help="for programs: a list of findings")
    return made


def main(arguments: list[str]) -> int:
    """Look and tell; the exit code, 1 where there is a problem."""
    options = parser().parse_args(arguments)

    def doctor() -> int:
        settings = settings_of(options)
        findings = [*machine.examine(), *terminal.examine(os.environ, asking.answers())]

        async def examine_account() -> None:
            findings.extend([finding async for finding in account.examine(settings)])

        asyncio.run(examine_account())
        print(_as_json(findings) if options.json else _as_text(findings))
        return 1 if any(finding.verdict == "problem" for finding in findings) else 0

    return exit_code_of(doctor)


def _as_json(findings: Sequence[CheckResult]) -> str:
    return redact(json.dumps([asdict(finding) for finding in findings], indent=2))


def _as_text(findings: Sequence[CheckResult]) -> str:
    width = max(len(finding.subject) for finding in findings)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{MARKS[finding.verdict]}  {finding.subject:<{width}}  {clean_line(finding.state, 600)}")
        if finding.advice:
            lines.append(f"{'':7}  {'':<{width}}  → {finding.advice}")
    return redact("\n".join(lines))

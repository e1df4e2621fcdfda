"""Completions and the manual page, made from the parsers."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.commands.calling import Command
from tui.commands import COMMANDS
from tui.commands.described import all_commands

FLAGS = {flag for command in all_commands() for argument in command.arguments for flag in argument.flags}
Complete: TypeAlias = Callable[..., list[str]]
COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
_llamachat_tui
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(command: Command, tmp_path: Path) -> Complete:
    script = tmp_path / "completion.bash"
    script.write_text(command("completion", "bash").out)

    def completed(*words: str) -> list[str]:
        shell = ["bash", "--norc", "-c", COMPLETE, "bash", str(script), "llamachat-tui", *words]
        said = subprocess.run(shell, capture_output=True, text=True, cwd=tmp_path, check=True)
        assert said.stderr == ""
        return said.stdout.splitlines() if said.stdout.strip() else []

    return completed


def test_bash_completes_commands_flags_values_and_folders(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "My Docs").mkdir()
    assert complete("in") == ["indexes"]
    assert {"ask", "run", "--local"} <= set(complete(""))
    assert complete("ask", "--jsonl") == ["--jsonl"]
    assert complete("ask", "--region", "") == ["na", "eu"]
    assert complete("ask", "q", "--local", "pa") == ["papers"]
    assert complete("ask", "q", "--local", "papers", "My") == ["My Docs"]
    assert complete("--local", "papers", "My") == ["My Docs"]
    assert complete("ask", "q", "--local", "papers", "--js") == ["--json", "--jsonl"]
    assert complete("--region", "e") == ["eu"]
    assert complete("completion", "f") == ["fish"]
    assert complete("ask", "--index", "--j") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_has_every_command_and_flag(command: Command, shell: str) -> None:
    script = command("completion", shell).out
    for name in COMMANDS:
        assert re.search(rf"(?<![\w-]){name}(?![\w-])", script), name
    spelled = {flag if shell != "fish" else f"-l {flag[2:]}" for flag in FLAGS if flag.startswith("--")}
    assert [flag for flag in sorted(spelled) if flag not in script] == []


def test_what_is_told_of_a_flag_does_not_end_its_quotes(command: Command) -> None:
    for shell in ("zsh", "fish"):
        for line in command("completion", shell).out.splitlines():
            assert len(re.findall(r"(?<!\\)'", line.replace("'\\''", ""))) % 2 == 0, line


def test_the_manual_page_has_every_command_and_flag_and_groff_reads_it(command: Command) -> None:
    page = command("man").out
    plain = page.replace("\\-", "-")
    assert [name for name in COMMANDS if f".SS {name}\n" not in plain] == []
    assert [flag for flag in sorted(FLAGS) if f"\\fB{flag}\\fR" not in plain] == []
    assert [line for line in page.splitlines() if line.startswith("'")] == []
    if groff := shutil.which("groff"):
        said = subprocess.run([groff, "-man", "-Tascii", "-ww"], input=page, capture_output=True, text=True, check=True)
        assert said.stderr == ""

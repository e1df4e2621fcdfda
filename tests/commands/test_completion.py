"""Completions and the manual page, made from the parsers."""

import os
import re
import shutil
import subprocess
import sys
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
    assert complete("--theme", "llama-a") == ["llama-ansi"]
    assert complete("--grounding", "") == ["on", "off"]


def test_bash_completes_files_where_one_is_meant(complete: Complete, tmp_path: Path) -> None:
    for name in ("q.txt", "q.csv", "my q.jsonl"):
        (tmp_path / name).touch()
    assert sorted(complete("run", "q")) == ["q.csv", "q.txt"]
    assert complete("run", "my") == ["my q.jsonl"]
    assert complete("import", "q.t") == ["q.txt"]
    assert complete("run", "--retr") == ["--retry"]


def test_the_names_of_profiles_are_completed(
    complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('[profiles.work]\n[profiles."my own"]\n[profiles."$(touch run)"]\n')
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(tmp_path / "config.toml"))
    program = tmp_path / "bin" / "llamachat-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m tui "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert complete("ask", "--profile", "w") == ["work"]
    assert complete("--profile", "") == ["work", "my\\ own", "\\$\\(touch\\ run\\)"]
    assert not (tmp_path / "run").exists()


def test_fish_completes_them_too_and_zsh_reads_its_script(command: Command, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    for shell in ("fish", "zsh"):
        script = tmp_path / f"completion.{shell}"
        script.write_text(command("completion", shell).out)
        if program := shutil.which(shell):
            said = subprocess.run([program, "-n", script], capture_output=True, text=True, check=True)
            assert (said.stdout, said.stderr) == ("", "")
    if fish := shutil.which("fish"):
        lines = ["in", "ask --jsonl", "ask --region ", "ask q --local pa", "--region e", "completion f"]
        lines += ["--theme llama-a", "--grounding ", "run q"]
        (tmp_path / "q.txt").touch()
        asked = "; ".join(f"complete -C 'llamachat-tui {line}'" for line in lines)
        shell = [fish, "--no-config", "-c", f"source completion.fish; {asked}"]
        environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        said = subprocess.run(shell, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
        offered = [line.partition("\t")[0] for line in said.stdout.splitlines()]
        assert offered == [
            "indexes",
            "--jsonl",
            "eu",
            "na",
            "papers/",
            "eu",
            "fish",
            "llama-ansi",
            "off",
            "on",
            "q.txt",
        ]


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
    assert ".SH EXIT STATUS\n.TP\n\\fB0\\fR\n" in page
    plain = page.replace("\\-", "-")
    assert [name for name in COMMANDS if f".SS {name}\n" not in plain] == []
    assert [flag for flag in sorted(FLAGS) if f"\\fB{flag}\\fR" not in plain] == []
    assert [line for line in page.splitlines() if line.startswith("'")] == []
    if groff := shutil.which("groff"):
        said = subprocess.run([groff, "-man", "-Tascii", "-ww"], input=page, capture_output=True, text=True, check=True)
        assert said.stderr == ""

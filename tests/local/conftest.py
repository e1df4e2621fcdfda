from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from llama_cloud import LlamaCloud

from tests.local.server import Connection, connected, synced_server, until

KILN = Path(__file__).parent / "kiln"
"""The manual of a kiln's controller, as a folder of documents to search."""

NOTES = {
    "kitchen.md": """# Kitchen

## Decisions

We chose the oak worktop because it can be oiled again. Anna preferred slate.

## Timeline

| date | what |
|---|---|
| 10 March | electrician, new sockets |
| 2 April | plumber connects the sink |

## Contacts

- Electrician: Marek Nowak
- Plumber: Lindqvist, only by e-mail
""",
    "work/deploying.md": """# Deploying

Deploys happen on Tuesdays before 15:00. To deploy, push the release branch:

```
git push origin release
```

To roll back, run `deployctl rollback`. Never deploy on Fridays, since nobody is on call at the weekend.
""",
    "work/retro.txt": """RETROSPECTIVE MAY

The outage on 12 May lasted 47 minutes. The cause was an expired certificate.
""",
}


def write_notes(folder: Path) -> Path:
    for name, text in NOTES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_notes(tmp_path_factory.mktemp("library") / "notes")


@pytest.fixture(scope="session")
def server(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Connection]:
    other = write_notes(tmp_path_factory.mktemp("library") / "archive")
    with synced_server([notes, other, KILN], tmp_path_factory.mktemp("data")) as connection:
        yield connection


@pytest.fixture(scope="session")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Generator[Connection]:
    with synced_server([], tmp_path_factory.mktemp("data")) as connection:
        yield connection


@pytest.fixture(scope="session")
def workbench_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workbench")


@pytest.fixture(scope="session")
def workbench(notes: Path, workbench_data: Path) -> Generator[Connection]:
    """A server for tests that add a folder of their own to it, and look at nothing else."""
    with synced_server([notes], workbench_data) as connection:
        yield connection


@pytest.fixture
def http(server: Connection) -> Generator[httpx.Client]:
    with connected(server) as client:
        yield client


@pytest.fixture
def sdk(server: Connection) -> Generator[LlamaCloud]:
    with sdk_for(server) as client:
        yield client


def sdk_for(server: Connection) -> LlamaCloud:
    return LlamaCloud(base_url=server.base_url, api_key=server.api_key, max_retries=0)


def idle(sdk: LlamaCloud, index_id: str) -> bool:
    return sdk.indexes.get(index_id, expand=["sync_in_progress"]).sync_in_progress is False


def added(sdk: LlamaCloud, folder: Path) -> str:
    """The id of the folder's new index, when it has been read."""
    made = sdk.indexes.create(source_directory_id=str(folder))
    until(lambda: idle(sdk, made.id))
    return made.id

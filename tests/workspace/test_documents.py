from pathlib import Path

import pytest

from tests.workspace.cloud import Cloud
from tests.workspace.conftest import Office
from tui.conversation.passages import Location, Passage
from tui.settings import LOCAL_ACCOUNT
from tui.store.store import Store
from tui.workspace.documents import NoDocumentError
from tui.workspace.opening_files import OpeningError, open_file

TEXT = "\n\n".join(f"Paragraph {number} of the report." for number in range(1000))
WORDS = "Paragraph 500 of the report."
AT = TEXT.index(WORDS)


@pytest.fixture(autouse=True)
def report(cloud: Cloud) -> None:
    cloud.documents["idx-notes", "dfl-1"] = TEXT


def passage(location: Location | None, text: str = WORDS) -> Passage:
    return Passage("report.md", text, location=location)


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("dfl-1", "idx-notes", AT, AT + len(WORDS)), WORDS),
        (Location("dfl-1", None, AT, None), WORDS),
        (Location("dfl-1", None, AT + 10, AT + 13), WORDS),
        (Location("dfl-1"), WORDS),
    ],
)
async def test_a_passage_is_read_on_before_and_behind_to_both_ends(
    office: Office, location: Location, text: str
) -> None:
    documents = office.workspace.documents
    place = await documents.around(passage(location, text), ["idx-gone", "idx-notes"])
    while not (place.surroundings.begins and place.surroundings.ends):
        place = await documents.read_behind(await documents.read_before(place))
    known = place.surroundings
    assert "".join((*known.before, known.passage, *known.after)) == TEXT
    assert known.passage == WORDS
    assert known.is_there


@pytest.mark.parametrize(
    ("text", "start", "is_there"),
    [
        ("Paragraph 500 of the report, corrected.", AT, False),
        ("Paragraph 500  of\nthe report.", AT, True),
        ("Paragraph 7 of the report.", TEXT.index("Paragraph 7 of"), True),
        (WORDS, len(TEXT) + 40, True),
        ("No more.", len(TEXT) + 40, False),
    ],
    ids=["changed", "white space", "moved", "shrunk", "shrunk, and gone"],
)
async def test_whether_a_passage_still_stands_in_its_document(
    office: Office, text: str, start: int, is_there: bool
) -> None:
    told = start if "7 of" not in text else AT
    place = await office.workspace.documents.around(passage(Location("dfl-1", "idx-notes", told, told + 28), text), [])
    assert place.surroundings.is_there == is_there
    assert place.surroundings.passage == text
    assert place.surroundings.first <= (start if start < len(TEXT) and is_there else told)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (None, "does not say which document"),
        (Location("dfl-2", None, 0, 4), "not in the session's indexes any more"),
    ],
)
async def test_a_passage_without_a_document_says_why(office: Office, location: Location | None, words: str) -> None:
    with pytest.raises(NoDocumentError, match=words):
        await office.workspace.documents.around(passage(location), ["idx-notes"])


async def test_a_passage_that_is_nowhere_in_its_document_says_so(office: Office) -> None:
    with pytest.raises(NoDocumentError, match="where in its document"):
        await office.workspace.documents.around(passage(Location("dfl-1"), "Not in it."), ["idx-notes"])


async def test_a_server_that_refuses_is_quoted(office: Office, cloud: Cloud) -> None:
    cloud.statuses["POST /api/v1/retrieval/files/read"] = 403
    with pytest.raises(NoDocumentError, match="refused by the test"):
        await office.workspace.documents.around(passage(Location("dfl-1", "idx-notes", 0, 4)), [])


async def test_a_file_is_found_only_in_its_folder_on_this_machine(store: Store, cloud: Cloud, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "report.md").write_text("It is 40.")
    (tmp_path / "secret.md").write_text("No.")
    cloud.indexes = [{"id": "idx-notes", "name": "notes", "metadata": {"folder": str(folder)}}]
    office, elsewhere = Office(store, LOCAL_ACCOUNT), Office(store)
    await office.connect(cloud)
    assert office.workspace.documents.path(passage(Location("dfl-1", "idx-notes"))) == folder / "report.md"
    for file in ("../secret.md", "gone.md", str(tmp_path / "secret.md")):
        with pytest.raises(NoDocumentError, match="not in its folder any more"):
            office.workspace.documents.path(Passage(file, "x", location=Location("dfl-1", "idx-notes")))
    await elsewhere.connect(cloud)
    with pytest.raises(NoDocumentError, match="not on this machine"):
        elsewhere.workspace.documents.path(passage(Location("dfl-1", "idx-notes")))
    await office.workspace.close()
    await elsewhere.workspace.close()


@pytest.mark.parametrize(
    ("display", "words"), [("", "No window can be shown here"), (":0", "There is no xdg-open|There is no open ")]
)
def test_a_file_that_cannot_be_opened_is_named(
    display: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SSH_CONNECTION", "SSH_TTY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OpeningError, match=words) as raised:
        open_file(tmp_path / "report.md")
    assert str(tmp_path / "report.md") in str(raised.value)


async def test_a_passage_is_searched_for_in_the_beginning_of_a_document_only(
    office: Office, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.documents.LOOKED_THROUGH_CHARS", 300)
    monkeypatch.setattr("tui.workspace.documents.PIECE_CHARS", 100)
    cloud.documents["idx-notes", "dfl-1"] = "x" * 1_000_000
    with pytest.raises(NoDocumentError, match="where in its document"):
        await office.workspace.documents.around(passage(Location("dfl-1", "idx-notes")), [])
    assert len([None for asked in cloud.requests if "files/read" in asked]) == 1 + 3

"""Making the vectors of an index in the background, and keeping them up to date."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.local.embeddings.scripted import Reply, ScriptedEmbeddings, answer_of
from tests.local.opened import OpenedFolder, opened
from tests.local.server import until
from tui.local.embeddings.embeddings import Embeddings
from tui.local.library.folders import folders_of

Begin = Callable[..., Embeddings]

WORDS = ("car", "automobile", "dog", "oak")

FAILURES: list[tuple[Reply, str]] = [
    ((200, answer_of([[1, 0]]), {}), "1 vectors for 2 texts"),
    ((200, answer_of([[1, 0], [1, 0, 1]]), {}), "different lengths"),
    ((200, "{}", {}), "something else than vectors"),
    ((429, "slow down", {"Retry-After": "0"}), "too many requests"),
    ((404, "model not found", {}), "knows no model"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "notes"
    made.mkdir()
    for name in WORDS:
        (made / f"{name}.txt").write_text(f"All of the {name}.")
    return made


@pytest.fixture
def local(folder: Path, tmp_path: Path) -> OpenedFolder:
    local = opened(folder, tmp_path / "data")
    local.sync()
    return local


@pytest.fixture
def begin(local: OpenedFolder, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch) -> Generator[Begin]:
    """Starts to make the vectors by the model of this name, two at a time, without long waits."""
    monkeypatch.setattr("tui.local.embeddings.making.BATCH", 2)
    monkeypatch.setattr("tui.local.embeddings.making.RETRY_SECONDS", (0.0, 0.0))
    with ExitStack() as ending:

        def begun(model: str = "small-vectors") -> Embeddings:
            embeddings = Embeddings(scripted.settings(model), local.database, local.library.folders)
            embeddings.start()
            ending.callback(embeddings.stop)
            embeddings.ask()
            return embeddings

        yield begun


def nearest(embeddings: Embeddings, local: OpenedFolder, question: str) -> list[str]:
    found = embeddings.nearest(question, [local.index_id], 2).found
    return [passage.file_name for passage in local.library.passages.load(found)]


def problem_of_search(embeddings: Embeddings, local: OpenedFolder, question: str) -> str | None:
    return embeddings.nearest(question, [local.index_id], 2).problem


def until_made(embeddings: Embeddings, local: OpenedFolder, count: int = len(WORDS)) -> None:
    def is_made() -> bool:
        told = embeddings.progress(local.index_id)
        return told is not None and told.problem is None and (told.done, told.total) == (count, count)

    until(is_made, 20)


def problem(embeddings: Embeddings, local: OpenedFolder) -> str:
    told = embeddings.progress(local.index_id)
    return (told.problem if told else None) or ""


def test_passages_are_found_by_what_they_mean(begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings) -> None:
    embeddings = begin()
    until_made(embeddings, local)
    assert sorted(map(len, scripted.asked)) == [2, 2]
    assert nearest(embeddings, local, "automobile") == ["automobile.txt", "car.txt"]


def test_only_what_changed_is_embedded_again(
    begin: Begin, local: OpenedFolder, folder: Path, scripted: ScriptedEmbeddings
) -> None:
    embeddings = begin()
    until_made(embeddings, local)
    scripted.asked.clear()
    (folder / "oak.txt").write_text("Now it is about the hound.")
    (folder / "car.txt").unlink()
    local.sync()
    embeddings.ask()
    until_made(embeddings, local, 3)
    assert scripted.asked == [["Now it is about the hound."]]
    assert set(nearest(embeddings, local, "dog")) == {"dog.txt", "oak.txt"}
    assert nearest(embeddings, local, "car")[0] == "automobile.txt"


def test_what_was_made_before_an_end_is_kept(begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings) -> None:
    scripted.replies = [(200, answer_of([scripted.vector("car")] * 2), {}), *[(500, "killed", {})] * 20]
    first = begin()
    until(lambda: "killed" in problem(first, local), 20)
    first.stop()
    told = first.progress(local.index_id)
    assert told is not None
    assert (told.done, told.total) == (2, 4)
    scripted.replies.clear()
    scripted.asked.clear()
    until_made(begin(), local)
    assert len(scripted.asked) == 1


def test_two_models_over_one_folder_leave_each_other_their_vectors(
    begin: Begin, local: OpenedFolder, folder: Path, scripted: ScriptedEmbeddings
) -> None:
    first = begin()
    until_made(first, local)
    second = begin("large-vectors")
    until_made(second, local)
    assert sum(map(len, scripted.asked)) == 8
    for embeddings in (first, second):
        assert nearest(embeddings, local, "car") == ["automobile.txt", "car.txt"]
    (folder / "oak.txt").write_text("Now it is about the hound.")
    local.sync()
    for embeddings in (first, second):
        embeddings.ask()
        until(lambda embeddings=embeddings: "oak.txt" in nearest(embeddings, local, "dog"), 20)


def test_a_model_that_is_set_again_finds_its_vectors(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings
) -> None:
    for model in ("small-vectors", "large-vectors"):
        embeddings = begin(model)
        until_made(embeddings, local)
        embeddings.stop()
    scripted.asked.clear()
    until_made(begin(), local)
    assert scripted.asked == []


def test_a_model_that_changes_under_its_name_makes_all_anew(
    begin: Begin, local: OpenedFolder, folder: Path, scripted: ScriptedEmbeddings
) -> None:
    embeddings = begin()
    until_made(embeddings, local)
    scripted.dimensions = 16
    scripted.asked.clear()
    (folder / "new.txt").write_text("A hound.")
    local.sync()
    embeddings.ask()
    until_made(embeddings, local, 5)
    assert {text for texts in scripted.asked for text in texts} >= {f"All of the {name}." for name in WORDS}
    assert "new.txt" in nearest(embeddings, local, "dog")


def test_vectors_of_other_lengths_each_time_are_given_up(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings
) -> None:
    scripted.replies = [(200, answer_of([[1.0] * count] * 2), {}) for count in range(3, 40)]
    embeddings = begin()
    until(lambda: "other lengths" in problem(embeddings, local), 20)
    assert len(scripted.asked) < 8


@pytest.mark.parametrize(("reply", "reason"), FAILURES)
def test_an_endpoint_that_fails_is_given_up_for_now(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings, reply: Reply, reason: str
) -> None:
    scripted.replies = [reply] * 3
    embeddings = begin()
    until(lambda: reason in problem(embeddings, local), 20)
    assert len(scripted.asked) == 3
    embeddings.ask()
    until_made(embeddings, local)


def test_it_is_tried_again_without_being_asked(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.making.AGAIN_SECONDS", 0.05)
    scripted.replies = [(503, "loading", {})] * 3
    until_made(begin(), local)


def test_a_short_refusal_is_waited_for(begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings) -> None:
    scripted.replies = [(429, "slow down", {"Retry-After": "0"})] * 2
    until_made(begin(), local)


def test_no_refusal_is_waited_for_very_long(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.making.MAX_WAIT_SECONDS", 0.01)
    scripted.replies = [(429, "slow down", {"Retry-After": "86400"})] * 2
    until_made(begin(), local)


def test_long_texts_that_are_refused_are_cut(
    begin: Begin, local: OpenedFolder, folder: Path, scripted: ScriptedEmbeddings
) -> None:
    (folder / "long.txt").write_text("The hound barks at the moon. " * 60)
    local.sync()
    scripted.most_chars = 400
    embeddings = begin()
    until(lambda: (told := embeddings.progress(local.index_id)) is not None and told.done == told.total > 0, 20)
    assert "long.txt" in nearest(embeddings, local, "dog")


def test_a_passage_that_is_refused_by_itself_stops_no_others(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings
) -> None:
    scripted.refused = "automobile"
    embeddings = begin()
    until(lambda: "refuses 1 passage" in problem(embeddings, local), 20)
    told = embeddings.progress(local.index_id)
    assert told is not None
    assert (told.done, told.total) == (3, 4)
    assert nearest(embeddings, local, "dog")[0] == "dog.txt"
    scripted.refused = "-"
    embeddings.ask()
    until_made(embeddings, local)


def test_passages_that_are_all_refused_do_not_end_the_index(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings
) -> None:
    scripted.refused = "a"  # as automobile, car and oak have it
    embeddings = begin()
    until(lambda: "refuses 3 passages" in problem(embeddings, local), 20)
    told = embeddings.progress(local.index_id)
    assert told is not None
    assert (told.done, told.total) == (1, 4)
    assert nearest(embeddings, local, "dog") == ["dog.txt"]


def test_an_endpoint_that_refuses_every_text_is_given_up(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings
) -> None:
    scripted.refused = ""
    embeddings = begin()
    until(lambda: "input is too long" in problem(embeddings, local), 20)
    assert len(scripted.asked) == 3 + 2 + 1


def test_an_index_that_is_removed_while_another_is_made_gets_no_file_again(
    begin: Begin, local: OpenedFolder, tmp_path: Path, scripted: ScriptedEmbeddings
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (removed,) = folders_of([other])
    local.library.folders.add(removed)
    scripted.gate.clear()
    embeddings = begin()
    until(lambda: bool(scripted.asked), 20)
    local.library.folders.remove(removed.index_id)
    local.database.index(removed.index_id).delete()
    scripted.gate.set()
    until_made(embeddings, local)
    embeddings.ask()
    until(lambda: embeddings.progress(removed.index_id) is None, 20)
    assert not local.database.index(removed.index_id).path.exists()


def test_a_search_does_not_wait_for_an_endpoint_that_is_slow_or_away(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    embeddings = begin()
    until_made(embeddings, local)
    monkeypatch.setattr("tui.local.embeddings.embeddings.QUESTION_TIMEOUT", 0.05)
    asked = len(scripted.asked)
    scripted.gate.clear()
    late = "The embedding model did not answer in 0.05 s."
    assert problem_of_search(embeddings, local, "car") == late
    assert problem_of_search(embeddings, local, "dog") == late
    scripted.gate.set()
    until(lambda: nearest(embeddings, local, "car") != [], 20)
    assert scripted.asked[asked:] == [["car"]]
    assert problem_of_search(embeddings, local, "car") is None
    assert problem(embeddings, local) == ""


def test_a_question_that_is_known_hides_no_failure_from_the_next_one(
    begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings
) -> None:
    embeddings = begin()
    until_made(embeddings, local)
    assert nearest(embeddings, local, "car")
    scripted.replies = [(500, "", {})]
    for question in ("oak", "hound"):
        assert "answered with status 500" in (problem_of_search(embeddings, local, question) or "")
        assert problem_of_search(embeddings, local, "car") is None
        assert "answered with status 500" in problem(embeddings, local)


def test_a_question_is_embedded_once(begin: Begin, local: OpenedFolder, scripted: ScriptedEmbeddings) -> None:
    embeddings = begin()
    until_made(embeddings, local)
    asked = len(scripted.asked)
    assert nearest(embeddings, local, "car") == nearest(embeddings, local, "car") != []
    assert scripted.asked[asked:] == [["car"]]

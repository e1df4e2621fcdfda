"""From questions to search terms."""

import tomllib
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.opened import OpenedFolder, opened
from tests.local.turn import index_ids
from tui.local.agents.quoting.answer import compose
from tui.local.agents.tool_output import CitedPassage
from tui.local.search.query import is_one_slip, parse, refers_back, resolve
from tui.local.search.ranking import rerank
from tui.local.search.retrieval import ALL_MATCHES, retrieve, understand


@pytest.fixture(scope="module")
def local(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenedFolder:
    local = opened(notes, tmp_path_factory.mktemp("data"))
    local.sync()
    return local


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("How do I delete a session?", ["delete", "session"]),
        ("How many kilns may be lit, and how long?", ["kilns", "lit"]),
        ("what does Ctrl+O do", ["Ctrl+O"]),
        ('where is "red phone" mentioned?', ["red phone", "mentioned"]),
        ("What is Brooks's law?", ["Brooks", "law"]),
        ("who are you?", []),
        ("delete deletes deleting", ["deleting"]),
    ],
)
def test_the_words_that_say_something(question: str, terms: list[str]) -> None:
    assert [term.text for term in parse(question)] == terms


def test_a_word_counts_as_often_as_the_question_says_it(local: OpenedFolder) -> None:
    vocabulary, ids = local.library.vocabulary, [local.index_id]
    question = "Was the outage short, and when did outages begin: what is known of the outage and the certificate?"
    weights = {term.text: term.weight for term in resolve(vocabulary, question, ids).terms}
    (once,) = resolve(vocabulary, "outage", ids).terms
    assert weights["outage"] == pytest.approx(3 * once.weight)


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("and in Markdown?", True),
        ("where is it kept?", True),
        ("who lives there?", True),
        ("How do I delete a session?", False),
        ("Is there a limit?", False),
        ("There are oaks?", False),
    ],
)
def test_questions_that_lean_on_the_one_before(question: str, *, leans: bool) -> None:
    assert refers_back(question) is leans


@pytest.mark.parametrize("between", [[], ["and when was that?"], ["and when was that?", "and where was it?"]])
def test_the_subject_is_lent_from_question_to_question(local: OpenedFolder, between: list[str]) -> None:
    earlier = ["how long did the outage last?", *between]
    query = understand(local.library.vocabulary, "and why was it?", earlier, [local.index_id])
    assert "outage" in query.text


def test_a_word_is_found_by_its_beginning_and_with_its_spelling_put_right(local: OpenedFolder) -> None:
    vocabulary, ids = local.library.vocabulary, [local.index_id]
    assert ("electrician",) in resolve(vocabulary, "electr", ids).terms[0].stems
    respelled = resolve(vocabulary, "certifcate", ids)
    assert respelled.corrected == (("certifcate", "certificate"),)
    assert vocabulary.frequency(respelled.expression(ALL_MATCHES), ids) > 0
    assert resolve(vocabulary, "zorgle", ids).missing == ("zorgle",)


@pytest.mark.parametrize(
    ("question", "taken_for"),
    [
        ("which byts are read", "bytes"),
        ("which bits are hods", "holds"),
        ("read it synchrsnously", "synchronously"),
        ("read it synchronousyl", "synchronously"),
        ("who is Byts", None),
        ("how tall is it", None),
    ],
)
def test_a_slip_is_put_right_wherever_in_the_word_it_is(tmp_path: Path, question: str, taken_for: str | None) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    text = "The bytes are read synchronously, but how? Hows and buts. Each of them holds a table, but how?\n"
    for name in ("one.md", "two.md"):
        (folder / name).write_text(text)
    (folder / "three.md").write_text("But how? Hows and buts.\n")
    local = opened(folder, tmp_path / "data")
    local.sync()
    corrected = resolve(local.library.vocabulary, question, [local.index_id]).corrected
    assert [right for _, right in corrected] == ([taken_for] if taken_for else [])


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("heron", "herron", True),
        ("heron", "hern", True),
        ("heron", "heran", True),
        ("heron", "hreon", True),
        ("mount", "month", False),
        ("titan", "tristan", False),
        ("bread", "brred", False),
    ],
)
def test_a_short_word_is_another_one_only_where_a_letter_slipped(one: str, other: str, *, is_slip: bool) -> None:
    assert is_one_slip(one, other) is is_one_slip(other, one) is is_slip


def test_each_document_is_found_by_the_forms_of_its_own_language(tmp_path: Path) -> None:
    texts = tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))
    (tmp_path / "texts").mkdir()
    for language, told in texts.items():
        (tmp_path / "texts" / f"{language}.md").write_text(told["text"], encoding="utf-8")
    local = opened(tmp_path / "texts", tmp_path / "data")
    local.sync()
    passages, vocabulary, ids = local.library.passages, local.library.vocabulary, [local.index_id]
    for language, told in texts.items():
        found = retrieve(passages, resolve(vocabulary, told["form"], ids), ids, 5).passages
        assert [passage.file_name for passage in found] == [f"{language}.md"]


def test_a_vietnamese_word_is_not_one_with_other_marks(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    for word in ("má", "mà", "mạ"):
        (tmp_path / "texts" / f"{word}.md").write_text(f"Đây là {word} của tôi và của các con", encoding="utf-8")
    local = opened(tmp_path / "texts", tmp_path / "data")
    local.sync()
    (found,) = local.library.passages.search('body: "má"', [local.index_id], 5)
    assert found.file_name == "má.md"


PARTS = st.sampled_from(
    ["oak", '"', "AND", "NEAR(", "*", "electrician", "ctrl+o", "-", "^", ":", "(", "'s", "Grüße", "|", "`"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PARTS).map(" ".join)))
def test_no_question_breaks_the_search(local: OpenedFolder, question: str) -> None:
    ids = [local.index_id]
    query = resolve(local.library.vocabulary, question, ids)
    if query.terms:
        passages = rerank(local.library.passages.search(query.expression(ALL_MATCHES), ids, 40), query.terms)
        assert passages
        cited = [CitedPassage(number, passage) for number, passage in enumerate(passages, 1)]
        assert "**Sources**" in "".join(compose(question, query, cited, 10))


def test_half_a_character_is_refused(http: httpx.Client) -> None:
    session_id = http.post("/api/v1/chat", json={}).json()["session_id"]
    body = f'{{"prompt": "\\ud800", "index_ids": ["{index_ids(http)["notes"]}"]}}'.encode()
    assert http.post(f"/api/v1/chat/{session_id}/messages/stream", content=body).status_code == 422

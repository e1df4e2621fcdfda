"""What is only like a word of the question does not make a passage answer it."""

from pathlib import Path

import pytest

from tests.local.agents.quoting.passages import answered, passage
from tests.local.opened import OpenedFolder, opened
from tui.api.denial import DENIAL, denies
from tui.local.agents.quoting.admission import LARGE_COLLECTION, coverages
from tui.local.agents.quoting.answer import FEW_PASSAGES, compose
from tui.local.agents.quoting.sentences import ReadPassage
from tui.local.agents.tool_output import CitedPassage
from tui.local.search.query import Query
from tui.local.search.retrieval import retrieve, understand

TEXTS = {
    "setup.md": "# Setup\n\nThis year the setup is easier than before.\n",
    "processes.md": "# Processes\n\nWhat the child exports is sent to the main process.\n",
    "printing.md": "# Printing\n\nThe warning is printed at the end.\n",
    "style.md": "# Style\n\nCapitalize the name of a state, and of nothing else.\n",
    "rooms.md": "# Rooms\n\nThe configuration of the lighting lies in the cellar.\n\nThe electrician is Marek Nowak.\n",
    "people.md": "# People\n\nThe people of Japan were asked in the street, and those of Austria in the inns.\n",
    "offices.md": "# Offices\n\nThe Lisbon office costs 2,300 euro a month. Call Greta Vogel where the lift stops.\n",
    "lamps.md": "# Lamps\n\nThe lamps of both piers are lit synchronously, when the harbour master says so.\n",
    "staff.md": "# Staff\n\nExpenses are refunded within ten working days.\n",
    "backups.md": "# Backups\n\nThey run each night, and the backups are kept for a month.\n",
    "houses.md": "# Houses\n\n## Porto\n\nThe landlord of the house is Rui Carvalho.\n\n"
    "## Turin\n\nThe house is closed on Mondays. Its gardener is Anna Rossi.\n",
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> OpenedFolder:
    folder: Path = tmp_path_factory.mktemp("admitted") / "texts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    local = opened(folder, folder.parent / "data")
    local.sync()
    return local


def answer(local: OpenedFolder, question: str, *, collection: int | None = None) -> str:
    """The answer, as if there were so many passages."""
    library, ids = local.library, [local.index_id]
    query = understand(library.vocabulary, question, [], ids)
    found = retrieve(library.passages, query, ids, 8).passages
    cited = [CitedPassage(number, one) for number, one in enumerate(found, 1)]
    return "".join(compose(question, query, cited, collection or library.vocabulary.passage_count(ids)))


@pytest.mark.parametrize(
    ("question", "lacks"),
    [
        ("When is Easter this year?", "Easter"),
        ("When did the War end?", "War"),
        ("What is the population of Japan?", "population"),
        ("What is the capital?", "capital"),
        ("Which people live in Australia?", "Australia"),
        ("Which people live in Lamq?", "Lamq"),
    ],
)
def test_a_word_that_is_only_alike_answers_nothing(local: OpenedFolder, question: str, lacks: str) -> None:
    told = answer(local, question)
    assert denies(told)
    assert f"“{lacks}”" in told.partition("\n")[0]


@pytest.mark.parametrize(
    ("question", "lacks"),
    [
        ("Who is the mayor of Lisbon?", "mayor"),
        ("What is the salary of Greta Vogel?", "salary"),
        ("Where was Greta Vogel born?", "born"),
    ],
)
def test_a_name_alone_answers_nothing_that_is_asked_about_it(local: OpenedFolder, question: str, lacks: str) -> None:
    told = answer(local, question)
    assert denies(told)
    assert f"“{lacks}”" in told.partition("\n")[0]


def test_what_is_said_of_one_name_in_a_small_folder_is_no_answer_about_another(local: OpenedFolder) -> None:
    question = "Who is the landlord in Turin?"
    told = answer(local, question)
    assert denies(told)
    assert "“landlord”" in told.partition("\n")[0]
    assert "Carvalho" not in told
    assert not denies(answer(local, question, collection=FEW_PASSAGES + 1))
    assert answer(local, "Who is the landlord of the house in Porto?").startswith("The landlord of the house is Rui")
    assert "Anna Rossi" in answer(local, "Who is the gardener of the house in Turin?").partition("\n")[0]


def test_words_that_stand_far_apart_are_no_answer() -> None:
    question = "Did the miller shear goats in spring?"
    between = ["Nothing was written down."] * 6
    told = "The miller came.", *between, "Many shear sheep.", *between, "There were goats.", *between, "It was spring."
    together = (*(sentence for sentence in told if sentence not in between), *between)
    denied = answered(question, passage(" ".join(told)))
    assert denied.startswith(f"{DENIAL}; in the nearest one its words stand far apart.\n\n")
    assert not denies(answered(question, passage(" ".join(together))))


def test_a_word_that_occurs_nowhere_is_told_below_what_answers(local: OpenedFolder) -> None:
    _, told, *_ = answer(local, "Who repairs the lamps when the harbour master says so?").split("\n\n")
    assert told == "*“repairs” occurs nowhere in these documents.*"
    assert "nowhere" not in answer(local, "What does a synchronously lit lamp of both piers mean?")


def test_what_comes_nearest_is_what_says_most_of_the_question(local: OpenedFolder) -> None:
    told = answer(local, "How soon do I get my money back for expenses?")
    assert "the nearest one lacks “soon”, “money”, “back”.\n\nExpenses are refunded" in told


def test_what_is_asked_of_a_name_and_nothing_else_is_answered_from_where_it_stands(local: OpenedFolder) -> None:
    assert answer(local, "Who is Greta Vogel?").startswith("Call Greta Vogel")
    assert answer(local, "What does the office in Lisbon cost?").startswith("The Lisbon office costs")


@pytest.mark.parametrize(
    ("question", "first_line"),
    [
        ("Who is the electrican?", "The electrician is Marek Nowak."),
        ("where is the lihgting configuration", "The configuration of the lighting"),
        ("which lapms are lit", "The lamps of both piers"),
        ("which lmps are lit", "The lamps of both piers"),
        ("what is lit synchrsnously", "The lamps of both piers"),
        ("what is lit synchronousyl", "The lamps of both piers"),
        ("where is the config of the lighting", "The configuration of the lighting"),
        ("config", "The configuration of the lighting"),
        ("What do the children export?", "What the child exports"),
        ("what is warned of at the end", "The warning is printed"),
    ],
)
def test_a_slip_a_beginning_and_another_form_are_the_word(local: OpenedFolder, question: str, first_line: str) -> None:
    assert answer(local, question).startswith(first_line)


def test_what_says_most_of_a_question_in_other_words_answers_it(local: OpenedFolder) -> None:
    told = answer(local, "Under whose orders are the lamps of the piers lit?")
    assert told.startswith("The lamps of both piers are lit")


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("Who is the electrician of Japan?", False),
        ("Are the lamps of both piers lit synchronously in Japan?", True),
    ],
)
def test_of_two_words_one_is_no_answer_and_of_many_one_may_be_said_otherwise(
    local: OpenedFolder, question: str, is_told: bool
) -> None:
    assert denies(answer(local, question, collection=LARGE_COLLECTION)) is not is_told


def test_in_a_few_notes_a_word_that_stands_elsewhere_tells_little(local: OpenedFolder) -> None:
    question = "Who is the electrician of the inns?"
    assert not denies(answer(local, question))
    assert denies(answer(local, question, collection=LARGE_COLLECTION))


def test_a_question_without_a_word_to_search_for_has_no_part_that_is_covered() -> None:
    assert coverages("?", Query(()), [ReadPassage(passage("Nothing."), [])], LARGE_COLLECTION) == [0.0]

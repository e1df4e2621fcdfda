"""What `make bench-grounding` measures is measured with fair answers."""

import re

from benchmarks.grounding.__main__ import FALSE_ALARMS, HERE, RECALL, JudgedAnswer, judged, measured

FILES = ("tuned.toml", "reported.toml")
ANSWERS = [answer for name in FILES for answer in judged(name)]


def text_of(answer: JudgedAnswer) -> str:
    texts = "\n".join((HERE / "texts" / name).read_text("utf-8") for name in answer.texts)
    return " ".join(texts.split()).casefold()


def test_no_planted_error_stands_in_its_texts() -> None:
    standing: list[str] = []
    for answer in ANSWERS:
        text = text_of(answer)
        for at, way in answer.planted():
            wrong = " ".join(answer.claims[at][way].split()).casefold()
            if re.search(rf"(?<![\w.,]){re.escape(wrong)}(?!\w|[.,]\d)", text):
                standing.append(wrong)
    assert standing == []


def test_there_are_enough_claims_and_errors() -> None:
    assert sum(len(answer.claims) for answer in ANSWERS) >= 400
    assert sum(len(list(answer.planted())) for answer in ANSWERS) >= 200


def test_errors_are_found_and_right_claims_are_let_be() -> None:
    score = measured(judged("reported.toml"))
    assert score.recall("figure") >= RECALL
    assert score.false_alarms <= FALSE_ALARMS

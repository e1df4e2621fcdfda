"""Words as the search compares them, and sentences."""

import time

import pytest

from tui.local.library.languages import language_of_text
from tui.local.library.words import folded, sentences, unhyphenated


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("การค้นหา", ["กา", "าร", "รค", "ค้", "้น", "นห", "หา"]),
        ("ຄົ້ນ", ["ຄົ", "ົ້", "້ນ"]),
        ("ရှာဖွေ", ["ရှ", "ှာ", "ာဖ", "ဖွ", "ွေ"]),
        ("ស្វែង", ["ស្", "្វ", "វែ", "ែង"]),
        ("数据库", ["数据", "据库"]),
    ],
)
def test_scripts_without_spaces_are_compared_in_pairs_of_letters(text: str, pairs: list[str]) -> None:
    assert folded(text) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "नौका छह बजे जाती है। टिकट घाट पर मिलता है।",
        "کشتی چھ بجے جاتی ہے\u06d4 ٹکٹ گھاٹ پر ملتا ہے\u06d4",
        "متى يبحر القارب؟ يبحر في السادسة.",
        "The ferry sails at six. Tickets are sold at the pier.",
        "Der Vertrag endet am 31. März. Die Frist nach Abs. 2 beträgt drei Monate.",
        "1. Press Ctrl+N. 2. Tick the indexes of the session.",
        "The model has 8. Training took 12.",
        "It prints `export A=… B=…`. Paste that line into another terminal.",
        "The mark ` stands alone. It begins nothing.",
    ],
)
def test_each_script_ends_its_sentences_in_its_own_way(text: str) -> None:
    assert len(list(sentences(text))) == 2


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("the de\u2010\n\t      fault is 5", "the default is 5"),
        (
            "a single-\n  line file is read to its end-\nof-file; the de\u2010\nfault",
            "single-line end-of-file; default",
        ),
        ("the har-\nbour", "the harbour"),
        ("a well-\nknown port: well known", "well-known"),
    ],
)
def test_words_are_whole_that_were_parted_at_the_end_of_a_line(text: str, whole: str) -> None:
    assert set(whole.split()) <= set(unhyphenated(text).split())


def test_a_word_of_any_length_is_looked_through_once() -> None:
    before = time.process_time()
    assert unhyphenated("a" * 60_000) == "a" * 60_000
    assert time.process_time() - before < 3  # much longer, where it is looked through again from each letter


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Vertrag mit der Reederei gilt bis zum Mai, und er ist nicht verlängert.", "german"),
        ("The contract with the line is in force until May.", "english"),
        ("annual distribution of sporadic e", "english"),
        ("general n port synthesis with negative resistors", "english"),
        ("الولايات المتحدة (United States of America) هي جمهورية", "arabic"),
        ("คืนกระจกแตก หรือเรียกอีกชื่อว่า คริสทัลล์นัคท์ (Nuit de la Cristal) เป็นเหตุการณ์", "english"),
    ],
)
def test_a_few_words_of_another_language_do_not_make_a_text_one_in_it(text: str, language: str) -> None:
    assert language_of_text(text) == language

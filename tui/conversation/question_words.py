"""The words of a question that are worth finding in a passage. Pure."""

import re

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_ENDING = re.compile(r"(?:ations?|ing|ies|ied|ed|es|s|e|y)$")
_LEAST_STEM = 4
_MAX_WORDS = 40
_COMMON = (
    " about all and any are can did does for from had has have how into its may not our out say says she should tell "
    "than that the their them then there these they this those was were what when where which who whom whose why will "
    "with would you your der die das und ist wie wer les des est une que qui los las del por "
)


def question_words(question: str) -> re.Pattern[str] | None:
    """What finds the words of a question in a text, in any case and with another ending; None where it has none."""
    alternatives: dict[str, None] = {}
    for word in _WORD.findall(question.casefold()):
        if _UNSPACED.search(word):
            alternatives |= dict.fromkeys(re.escape(word[at : at + 2]) for at in range(len(word) - 1))
        elif any(char.isdecimal() for char in word):
            alternatives[rf"\b{re.escape(word)}\b"] = None
        elif len(word) > 2 and f" {word} " not in _COMMON:
            alternatives[rf"\b{re.escape(_stem(word))}\w{{0,5}}\b"] = None
    chosen = list(alternatives)[:_MAX_WORDS]
    return re.compile("|".join(chosen), re.IGNORECASE) if chosen else None


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= _LEAST_STEM else word

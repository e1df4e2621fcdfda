"""Values are the same however they are written, and others are others."""

import pytest

from tests.conversation.grounding.checked import missing


@pytest.mark.parametrize(
    ("claimed", "evidence"),
    [
        ("1,000", "1000"),
        ("1 000", "one thousand"),
        ("one thousand two hundred", "1,200"),
        ("1.000,50", "1000.50"),
        ("12.5 percent", "12.5 %"),
        ("12,5 %", "12.5 per cent"),
        ("12.5 %", "| share | 0.125 |"),
        ("twenty-five percent", "25%"),
        ("€1.2bn", "EUR 1,200,000,000"),
        ("40 million euros", "€ in millions: 40"),
        ("5 to 10 million", "between 5 million and 10 million"),
        ("2019\N{EN DASH}20", "2019 to 2020"),
        ("half a million", "500,000"),
        ("7½ pounds", "seven and a half pounds"),
        ("24.2 miles", "24 1/5 miles"),
        ("\N{MINUS SIGN}5 °C", "it was -5 °C"),
        ("fell by 5 points", "-5"),
        ("96 seconds", "1 minute 36 seconds"),
        ("90 minutes", "1.5 hours"),
        ("$8.08", "eight dollars and eight cents"),
        ("about 364,000", "364,036"),
        ("over 600 million", "650 million"),
        ("almost 22 kg", "21.55 kg"),
        ("4.9 ms", "4.893 ms"),
        ("the 1990s", "in 1990"),
        ("22 April 2026", "2026-04-22"),
        ("April 22nd, 2026", "on 22.04.2026"),
        ("22/04/2026", "April 22, 2026"),
        ("April 2026", "22 Apr 2026"),
        ("the twentieth of March, 1888", "March 20, 1888"),
        ("22 April", "2026-04-22T12:34:41"),
        ("July 4, 1845", "July 4th, of 1845"),
        ("3 pm", "15:00"),
        ("7:45 p.m.", "a quarter to eight o'clock"),
        ("2026", "since 1 May 2026"),
        ("“it can be oiled again”", "because it can be\noiled again."),
        ('"it can be oiled again"', "«It can be **oiled** again»"),
        ("\N{LEFT SINGLE QUOTATION MARK}it can … again\N{RIGHT SINGLE QUOTATION MARK}", "it can, be oiled, again"),
        ("“see the rules of oak”", "See the [rules](rules.md#x) of oak"),
        ("“it [the worktop] can be oiled”", "It can be oiled"),
        ("by Marek Nowak", "Nowak, Marek"),
        ("by Marek Nowak's son", "MAREK J. NOWAK"),
        ("the Grand Duke of Cassel-Felstein", "Grand Duke of Cassel-Felstein"),
        ("GPT-4", "gpt 4"),
    ],
)
def test_what_stands_there_in_other_words_is_not_told(claimed: str, evidence: str) -> None:
    assert missing(f"It says {claimed}.", {"results": [{"content": evidence}]}) == []


@pytest.mark.parametrize(
    ("claimed", "evidence"),
    [
        ("1,000", "10,000"),
        ("12.5 %", "12.5 kg"),
        ("47 minutes", "47 hours"),
        ("$40", "€40"),
        ("\N{MINUS SIGN}5 °C", "5 °C"),
        ("one thousand two hundred", "1,300"),
        ("41 million", "40 million"),
        ("about 384,000", "364,036"),
        ("over 90 kg", "40 kg"),
        ("7 years", "seven steps"),
        ("22 April 2026", "22 May 2026"),
        ("22 April 2026", "22 April 2025"),
        ("15:00", "16:00"),
        ("“it can be oiled again”", "it can be painted again"),
        ("Marek Nowak", "Marek Kowalski and, years later and elsewhere, Anna Nowak"),
        ("Lindqvist", "Lindstrom"),
        ("GPT-4", "GPT-5"),
    ],
)
def test_another_value_is_told(claimed: str, evidence: str) -> None:
    told = missing(f"It says {claimed}.", {"results": [{"content": evidence}]})
    assert told == [claimed.strip("“”").removeprefix("about ").removeprefix("over ")]


@pytest.mark.parametrize(
    "answer",
    [
        "1. First\n2. Second\n",
        "See [3] and [4, 7], and page 12, pp. 3\N{EN DASH}9 or lines 4 to 6 [^2].",
        "For two reasons: (1) the first, (2) the second; step 3 is next, see note 9.",
        "`42` and\n\n```\n99 bottles of “beer on the wall”\n```\n",
        "See https://example.test/2031/99 or <mailto:a99@b.test>.",
        "![chart 99](http://x.test/99.png)",
        "The third, the 3rd and the 21st century, in 24/7 mode.",
        "# The Great Title Of Everything\n",
        "**Key Findings:** nothing. This is so. However, it may be.",
        "Er sagt, dass die Katze und der Hund im Garten sind.",
        "---\n\n| | |\n|---|---|\n",
    ],
)
def test_what_is_no_claim_is_not_told(answer: str) -> None:
    assert missing(answer, "nothing of it") == []


def test_evidence_is_all_that_results_say_of_documents_and_the_questions() -> None:
    nested = '{"items": [{"deep": {"total": 77, "notes": ["Anna Sol", 1.5]}, "score": 0.31, "chunk_start_char": 512}]}'
    answer = "Anna Sol has 77, i.e. 1.5 times 51, and 512 or 0.31."
    assert missing(answer, nested, question="Are there 51?") == ["512", "0.31"]

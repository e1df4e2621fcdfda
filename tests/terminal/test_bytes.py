"""What a streamed piece of four characters costs, beside a sidebar full of titles, at 120 by 36."""

from tests.terminal.probe_app import probe

SENTENCE = "The quick brown fox jumps over the lazy dog and then reads all of the documents again to find the answer "
PROSE = SENTENCE * 8
PIECES = [PROSE[at : at + 4] for at in range(0, len(PROSE), 4)]
FULL_PANE = "\n".join(SENTENCE[number % 7 : 88] for number in range(40))


def bytes_per_piece(full_refresh: bool) -> float:
    script = [f"delta {text}" for text in (FULL_PANE, *PIECES)]
    with probe(script, full_refresh=full_refresh) as terminal:
        marks = 0
        before = 0
        terminal.wait_until(lambda: terminal.title == "done 0 at 120")
        for done in range(1, len(script) + 1):
            terminal.send("\x0e")
            terminal.wait_until(lambda done=done: terminal.title == f"done {done} at 120")
            if done == 1:
                before = len(terminal.received)
            else:
                marks += len(f"\x1b]2;done {done} at 120\x07")
        return (len(terminal.received) - before - marks) / len(PIECES)


def test_a_streamed_piece_costs_no_more_than_100_bytes() -> None:
    assert bytes_per_piece(full_refresh=False) <= 100


def test_textual_alone_writes_ten_times_as_much() -> None:
    assert bytes_per_piece(full_refresh=True) > 1000

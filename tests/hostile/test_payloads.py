import pytest

from tests.hostile.payloads import CONTROL, harm


@pytest.mark.parametrize("what", [name for name in CONTROL if name != "overprints"])
def test_every_payload_would_be_found_where_it_got_through(what: str) -> None:
    assert harm(f"\x1b[1;1Htext {CONTROL[what]} more".encode())


def test_what_the_app_writes_by_itself_is_no_harm() -> None:
    assert harm(b"\x1b[?2026h\x1b[3;1H\x1b[1;38;2;1;2;3mtext\x1b[m\x1b[6n\x1b]8;id=6961857e;https://a.b/c\x1b\\x") == []

import json
import sys
from types import FrameType

from hypothesis import given
from hypothesis import strategies as st

from tui.conversation.json_writing import MAX_INDENTED, first_of_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(VALUES, st.integers(0, 200))
def test_a_value_is_written_as_the_standard_library_does_and_cut(value: object, limit: int) -> None:
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    assert first_of_json(value, sys.maxsize) == whole
    assert first_of_json(value, limit) == whole[:limit]


def nested(levels: int, leaves: int) -> object:
    value: object = list(range(leaves))
    for _ in range(levels):
        value = [value]
    return value


def test_what_is_nested_deeply_is_not_mostly_blanks() -> None:
    written = first_of_json(nested(900, 1000), sys.maxsize)
    assert json.loads(written) == nested(900, 1000)
    assert len(written) < 1000 * (2 * MAX_INDENTED + 10) + 900 * 2 * (2 * MAX_INDENTED + 5)


def test_each_piece_costs_as_much_however_deep_it_is() -> None:
    def calls(value: object) -> int:
        count = 0

        def note(_frame: FrameType, event: str, _: object) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(note)
        try:
            first_of_json(value, sys.maxsize)
        finally:
            sys.setprofile(None)
        return count

    assert calls(nested(900, 1000)) < calls(nested(1, 1000)) + 900 * 20

from tui.conversation.session_groups import Group
from tui.widgets.sessions.list_layout import ListLayout


def test_each_group_stands_under_its_heading_with_a_blank_line_between() -> None:
    layout = ListLayout([Group("Today", 2), Group("May", 1)], "more")
    assert [layout[line] for line in range(len(layout) + 2)] == ["Today", 0, 1, "", "May", 2, "more", "", ""]
    assert [layout.line_of(row) for row in range(3)] == [1, 2, 5]


def test_words_stand_alone_where_there_is_no_group() -> None:
    layout = ListLayout([], "nothing")
    assert (len(layout), layout[0], layout[1]) == (1, "nothing", "")
    assert len(ListLayout()) == 0

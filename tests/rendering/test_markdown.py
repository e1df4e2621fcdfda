from tests.rendering.drawing import copied, drawn, seen, spans_with


def test_paragraphs_stand_apart_and_wrap() -> None:
    text = "A paragraph that is longer\nthan one row of forty cells.\n\nAnother."
    assert seen(drawn(text)) == ["A paragraph that is longer than one row", "of forty cells.", "", "Another."]
    assert seen(drawn(text, 80)) == ["A paragraph that is longer than one row of forty cells.", "", "Another."]
    assert copied(drawn(text)) == "A paragraph that is longer than one row of forty cells.\n\nAnother."


def test_inline_styles() -> None:
    lines = drawn("*a* **b** ***c*** ~~d~~ `e *f*` \\*g\\* h&amp;i<br>")
    assert seen(lines) == ["a b c d e *f* *g* h&i<br>"]
    styles = {span.text: span.style[:4] for span in lines[0].spans}
    assert styles["a"] == ("text", False, True, False)
    assert styles["b"] == ("text", True, False, False)
    assert styles["c"] == ("text", True, True, False)
    assert styles["d"] == ("text", False, False, True)
    assert styles["e *f*"] == ("inline-code", False, False, False)


def test_a_hard_break_begins_a_row() -> None:
    assert seen(drawn("one  \ntwo\\\nthree")) == ["one", "two", "three"]


def test_headings_differ_without_colour() -> None:
    lines = drawn("".join(f"{'#' * level} Head\n" for level in range(1, 7)))
    assert seen(lines) == ["Head", "════", "", "Head", "────", "", "Head", "", "Head", "", "Head", "", "Head"]
    heads = spans_with(lines, "Head")
    assert [(span.style.bold, span.style.italic) for span in heads[2:]] == [
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    ]
    assert {span.style.role for span in heads} == {"heading"}
    assert copied(lines[:4]) == "Head\n\nHead"


def test_nested_lists_hang_below_their_markers() -> None:
    text = "- one item that is rather long and wraps\n  - inner\n    - innermost\n- two\n\n9. nine\n10. ten\n"
    assert seen(drawn(text)) == [
        "• one item that is rather long and wraps",
        "  ◦ inner",
        "    ▪ innermost",
        "• two",
        "",
        "9. nine",
        "10. ten",
    ]
    assert seen(drawn(text, 20))[:3] == ["• one item that is", "  rather long and", "  wraps"]


def test_items_stand_apart_where_the_source_has_a_blank_line() -> None:
    assert seen(drawn("- a\n- b\n\n- c\n\n  more\n")) == ["• a", "• b", "", "• c", "  ", "  more"]


def test_task_lists_show_boxes() -> None:
    assert seen(drawn("- [x] done\n- [ ] open\n- [link] not a task")) == ["☑ done", "☐ open", "• [link] not a task"]


def test_quotes_have_a_bar() -> None:
    lines = drawn("> quoted\n> on\n>\n> - item\n> > inner")
    assert seen(lines) == ["▌ quoted on", "▌ ", "▌ • item", "▌ ", "▌ ▌ inner"]
    assert copied(lines) == "quoted on\n\nitem\n\ninner"


def test_a_rule_spans_the_width() -> None:
    assert seen(drawn("a\n\n---\n\nb", 10)) == ["a", "", "─" * 10, "", "b"]


def test_footnotes_stay_where_they_are_written() -> None:
    assert seen(drawn("Text[^1].\n\n[^1]: The note is long enough to wrap here.\n")) == [
        "Text[1].",
        "",
        "[1] The note is long enough to wrap",
        "    here.",
    ]


def test_code_is_highlighted_below_its_language() -> None:
    lines = drawn("```python\ndef f(x):\n    return 'a'  # why\n```\n")
    assert seen(lines) == ["  python", "  def f(x):", "      return 'a'  # why"]
    roles = {span.text: span.style.role for line in lines for span in line.spans}
    assert roles["def"] == "code-keyword"
    assert roles["f"] == "code-name"
    assert roles["'a'"] == "code-string"
    assert roles["# why"] == "code-comment"


def test_code_of_no_or_an_unknown_language_is_plain() -> None:
    for info in ("", "nosuchlanguage"):
        lines = drawn(f"```{info}\na  b\n\n\tc\n```\n")
        assert seen(lines)[-3:] == ["  a  b", "  ", "      c"]
        assert {span.style.role for span in lines[-1].spans} == {"code"}


def test_long_lines_of_code_fold_at_the_edge_and_copy_whole() -> None:
    lines = drawn("```\nabcdefgh ijklmnop\n```\n", 10)
    assert seen(lines) == ["  abcdefg", "  h ijklm", "  nop"]
    assert [line.edge.text for line in lines if line.edge] == ["↩", "↩", ""]
    assert copied(lines) == "abcdefgh ijklmnop"


def test_indented_code() -> None:
    assert seen(drawn("a\n\n    x = 1\n      y\n")) == ["a", "", "  x = 1", "    y"]


def test_html_is_shown_as_text() -> None:
    assert seen(drawn("<script>alert(1)</script>\n\na <b>c</b>")) == ["<script>alert(1)</script>", "", "a <b>c</b>"]


def test_wide_characters_are_measured() -> None:
    assert seen(drawn("- 日本語の文章です\n", 12)) == ["• 日本語の文", "  章です"]


def test_a_table_is_fitted_to_its_content() -> None:
    text = "| Name | Amount | Mid |\n|:--|--:|:-:|\n| Alpha | 1 | x |\n| 日本 | 22,000 | yyy |\n"
    assert seen(drawn(text)) == [
        "Name  │ Amount │ Mid",
        "──────┼────────┼────",
        "Alpha │      1 │  x",
        "日本  │ 22,000 │ yyy",
    ]


def test_a_table_wider_than_the_width_wraps_its_cells() -> None:
    text = "| Name | Comment |\n|--|--|\n| Alpha | a comment that is much too long for one row |\n| B | ok |\n"
    assert seen(drawn(text)) == [
        "Name  │ Comment",
        "──────┼─────────────────────────────────",
        "Alpha │ a comment that is much too long",
        "      │ for one row",
        "B     │ ok",
    ]


def test_a_table_of_too_many_columns_becomes_records() -> None:
    names = [f"Column {number}" for number in range(6)]
    values = [f"value number {number}" for number in range(6)]
    row = "| " + " | ".join(values) + " |\n"
    text = "| " + " | ".join(names) + " |\n" + "|--" * 6 + "|\n" + row + row
    record = [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
    assert seen(drawn(text)) == [*record, "", *record]
    assert "│" in drawn(text, 120)[0].text


def test_a_long_table_is_drawn_in_sections_below_its_header() -> None:
    text = "| n |\n|--|\n" + "".join(f"| {number} |\n" for number in range(130))
    rows = seen(drawn(text))
    assert rows.count("n") == 3
    assert [row for row in rows if row.strip().isdigit()] == [f"{number}" for number in range(130)]


def test_what_is_nested_too_deeply_is_shown_as_it_came() -> None:
    assert "deep" in "".join(seen(drawn("> " * 500 + "deep\n")))
    assert "level 499" in copied(drawn("".join("  " * n + f"- level {n}\n" for n in range(500))))


def test_a_line_that_names_a_source_stands_back_and_its_citation_is_set_off() -> None:
    lines = drawn("**a.md: Oaks** [2]\n\nPlanted in 1987 [1], a[3], `[4]`.\n")
    assert [(span.text, span.style.role) for span in lines[0].spans if span.text] == [
        ("a.md: Oaks", "muted"),
        (" ", "text"),
        ("[2]", "citation"),
    ]
    assert [span.text for line in lines for span in line.spans if span.style.role == "citation"] == ["[2]", "[1]"]

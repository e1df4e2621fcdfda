"""What is read from pages of HTML, under which headings, and where one can jump to."""

import pytest

from tui.local.library.chunks import chunks_of
from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers import read_document


def read(body: str) -> Document:
    return read_document("a.html", f"<!doctype html><html><body>{body}</body></html>".encode())


def text_of(body: str) -> str:
    return read(body).text


def sections(document: Document) -> list[tuple[tuple[str, ...], str]]:
    """The headings of each chunk, and the anchor it is found at."""
    return [(chunk.headings, chunk.anchor) for chunk in chunks_of(document)]


def test_html_is_read_without_what_is_not_its_text() -> None:
    page = b"""<!doctype html><html><head><title>Moss</title><style>p { color: red }</style></head><body>
    <nav><a href="/">Home</a></nav><script>track()</script>
    <h2>Growth</h2><p>Moss grows <a href="https://example.org/long">slowly</a>.<p>It needs <b>water</b>.
    <ul><li>shade<li>rain</ul><table><tr><th>kind<th>cm<tr><td>peat<td>12</table>
    <pre><code>grow(moss)</code></pre><img src="data:image/png;base64,AAAA"></body></html>"""
    document = read_document("moss.html", page)
    assert [chunk.headings for chunk in chunks_of(document)] == [("Moss", "Growth")]
    for said in ("Moss grows slowly.", "**water**", "- shade\n- rain", "| peat | 12 |", "```\ngrow(moss)\n```"):
        assert said in document.text
    for unsaid in ("Home", "track", "color", "example.org", "AAAA"):
        assert unsaid not in document.text


def test_the_marks_beside_headings_are_no_text_and_a_heading_is_not_named_twice() -> None:
    page = b"""<html><body><h1>Moss<a class="headerlink" href="#m">\xc2\xb6</a></h1><p>A plant.</p>
    <h2>Moss</h2><p>Grows <a href="#x">here</a>.</p><h3>Shade<a class="headerlink">#</a></h3>
    <p>Dark.</p></body></html>"""
    document = read_document("moss.html", page)
    assert "\u00b6" not in document.text
    assert "here" in document.text
    assert [chunk.headings for chunk in chunks_of(document)] == [("Moss",), ("Moss",), ("Moss", "Shade")]


def test_html_in_another_encoding() -> None:
    page = '<meta charset="iso-8859-2"><p>Świętość</p>'.encode("iso-8859-2")
    assert read_document("a.htm", page).text == "Świętość\n"


def test_html_that_is_nested_without_end_is_refused_with_the_reason() -> None:
    for depth in (1_500, 100_000):
        with pytest.raises(UnreadableError, match="nested too deeply"):
            read_document("a.html", b"<div>" * depth + b"deep")
    with pytest.raises(UnreadableError, match="nested too deeply"):
        read_document("a.html", b"<p>before " + b"<span>" * 3_000 + b"deep")


def test_html_that_is_nested_deeply_is_read_whole() -> None:
    deep = "<p>before</p>" + "<div>" * 300 + "deep" + "</div>" * 300 + "<p>after</p>"
    assert text_of(deep) == "before\n\ndeep\n\nafter\n"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Use <code>a_b</code> or a_b, not *a* or __a__.", "Use `a_b` or a_b, not \\*a\\* or \\_\\_a\\_\\_.\n"),
        ("<p>1986. A year. <p># no heading<p>- no item<p>Vec&lt;T&gt; &amp;amp;", None),
        ("one<br>two<p>three\n   four", "one  \ntwo\n\nthree four\n"),
        ("<ul><li>a<ul><li>b</ul><li><p>c<p>d</ul>", "- a\n  - b\n- c\n\n  d\n"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b\n"),
        ("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b\n"),
        ("<pre>x = 1\n\n  y</pre>", "```\nx = 1\n\n  y\n```\n"),
        ("<table><tr><td>a|b<td>c<tr><td>d</table>", "| a\\|b | c |\n|---|---|\n| d |\n"),
        ("<table><tr><td><h2>A</h2><p>b<td><ul><li>c</ul></table>", "## A\n\nb\n\n- c\n"),
        (
            "<dl><dt>oak<dd><p>A tree.<p>Tall.<dt>ash<dd>Another.</dl>",
            "oak\n:   A tree.\n\n    Tall.\n\nash\n:   Another.\n",
        ),
        ("<dl><dt>oak</dt><dt>ash</dt></dl>", "- oak\n- ash\n"),
        ("<p><b>a</b> <b><i>b</i></b><b> c</b>d <b></b>", "**a** *b* **c**d\n"),
        ("<p><code>os.</code><code>path</code> and <code>a`b</code>", "`os.path` and ``a`b``\n"),
        ("<form><p>said<select><option>unsaid</select></form>", "said\n"),
        ("<x-card><p>a</p></x-card><x-card>b</x-card>", "a\n\nb\n"),
    ],
)
def test_what_a_page_says_as_markdown(body: str, text: str | None) -> None:
    said = text_of(body)
    if text is None:
        assert [block.kind for block in read_document("a.md", said.encode()).blocks] == ["paragraph"] * 4
        assert "&amp;" in said.replace("\\", "")
    else:
        assert said == text


def test_a_heading_is_found_at_its_own_anchor_or_that_of_the_section_it_begins() -> None:
    document = read(
        """<main id="page"><h1>Moss</h1><p>A plant.</p>
        <section id="growth"><h2>Growth</h2><p>Slow.</p><h3>Rain</h3><p>Helps.</p></section>
        <h2 id="shade">Shade</h2><p>Dark.</p><a name="old"></a><h2>Old</h2><p>Way.</p>
        <h2>New <a id="new"></a></h2><p>Way.</p></main>"""
    )
    assert sections(document) == [
        (("Moss",), "#page"),
        (("Moss", "Growth"), "#growth"),
        (("Moss", "Growth", "Rain"), "#growth"),
        (("Moss", "Shade"), "#shade"),
        (("Moss", "Old"), "#old"),
        (("Moss", "New"), "#new"),
    ]


def test_a_definition_of_several_paragraphs_is_a_section_and_what_follows_the_list_is_not_part_of_it() -> None:
    document = read(
        """<h1 id="top">Settings</h1><p>All of them.</p>
        <dl><dt id="oak">oak_timeout</dt><dd><p>Sets how long.</p><p>The default is 42 seconds.</p></dd>
        <dt id="ash">ash_limit</dt><dd><p>Another.</p></dd></dl><p>This is about all settings.</p>"""
    )
    assert sections(document) == [
        (("Settings",), "#top"),
        (("Settings", "oak_timeout"), "#oak"),
        (("Settings", "ash_limit"), "#ash"),
        (("Settings",), "#top"),
    ]
    *_, last = chunks_of(document)
    assert document.text[last.start :] == "This is about all settings.\n"


def test_a_long_list_of_definitions_is_cut_between_two_of_them() -> None:
    entries = [f"<dt>option{n}</dt><dd>{'It does more than one can say. ' * 20}</dd>" for n in range(9)]
    document = read(f"<h1>Options</h1><dl>{''.join(entries)}</dl>")
    cut = [document.text[chunk.start : chunk.end] for chunk in chunks_of(document)]
    assert len(cut) > 2
    assert all(text.startswith("option") for text in cut[1:])


def test_a_note_does_not_begin_a_section() -> None:
    document = read('<h2>Oak</h2><div class="note"><h3>Note</h3><p>Tall.</p></div><p>More of oak.</p>')
    assert sections(document) == [(("Oak",), "")]
    assert "**Note**" in document.text


def test_an_empty_element_of_xhtml_does_not_swallow_what_follows() -> None:
    page = b"""<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head>
    <body><p><a id="x"/>Moss grows.<br/>Slowly.</p></body></html>"""
    assert read_document("a.xhtml", page).text == "Moss grows.  \nSlowly.\n"


@pytest.mark.parametrize("junk", ["", "<!-- nothing -->", "<html></html>"])
def test_a_page_without_words_is_empty(junk: str) -> None:
    with pytest.raises(UnreadableError, match="it is empty"):
        read_document("a.html", junk.encode())

from html.parser import HTMLParser

import pytest

from tests.conversation.export.told import BUDGET, HARMFUL, HTML, PICTURE, html, turns
from tests.hostile.payloads import harm
from tui.api.models import Text, UserInput
from tui.conversation.export.html import pictures_of

VOID = {"meta", "img", "br", "hr"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Page(HTMLParser):
    """A page that is read strictly: every element is closed in its order, and every id is there once."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []
        ids = self.all("id")
        assert len(ids) == len(set(ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def all(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


def test_a_citation_leads_to_its_passage() -> None:
    page = Page(html("Budget", turns(BUDGET)))
    assert page.all("href") == ["#turn-1-passage-1"]
    assert "turn-1-passage-1" in page.all("id")
    assert "40 million [1], [1], [9]." in page.text
    assert "[1] notes.pdf · Budget · p. 3 · score 2.50 cited" in page.text
    assert "It is 40 million." in page.text
    assert "found, not cited" in page.text


def test_each_number_of_a_citation_of_several_leads_to_its_passage() -> None:
    page = Page(html("Budget", turns([*BUDGET[:3], Text("Both [1, 2], one [2, 9].")])))
    assert page.all("href") == ["#turn-1-passage-1", "#turn-1-passage-2", "#turn-1-passage-2"]
    assert "Both [1, 2], one [2, 9]." in page.text


@pytest.mark.fault(7, 12)
def test_nothing_in_a_page_runs_or_is_loaded() -> None:
    source = html(HTML, turns(HARMFUL))
    page = Page(source)
    assert harm(source.encode()) == []
    assert page.tags() <= {
        *("html", "head", "meta", "title", "style", "body", "main", "section", "details", "summary", "blockquote"),
        *(
            "h1",
            "h2",
            "h3",
            "p",
            "a",
            "span",
            "pre",
            "code",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "em",
            "strong",
        ),
    }
    assert {name for _, attributes in page.elements for name in attributes} <= {
        *("lang", "charset", "http-equiv", "content", "name", "id", "class", "open", "href", "rel"),
    }
    outside = [address for address in page.all("href") if not address.startswith("#")]
    assert outside
    assert all(address.startswith(("http://evil.test/", "http://r.test", "https://ok.test/")) for address in outside)
    assert "<script>alert(1)</script>" in page.text
    assert "default-src 'none'" in source


@pytest.mark.fault(11)
def test_only_what_is_a_picture_is_put_in() -> None:
    told = turns(BUDGET)
    assert pictures_of([*told, *told]) == [PICTURE]
    shown = Page(html("T", told, picture=lambda _: PNG))
    assert [source[:22] for source in shown.all("src")] == ["data:image/png;base64,"]
    for data in (b"<svg onload='alert(1)'/>", b""):
        assert Page(html("T", told, picture=lambda _, data=data: data)).all("src") == []


@pytest.mark.parametrize("address", ["ftp://evil.test/x", "ssh://evil.test", "https://xn--pple-43d.test/", "x.html"])
def test_a_page_links_only_to_what_may_be_opened(address: str) -> None:
    page = Page(html("Links", turns([UserInput("?"), Text(f"[here]({address})")])))
    assert page.all("href") == []
    assert "here" in page.text

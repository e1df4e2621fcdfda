import pytest

from tests.rendering.drawing import drawn, seen, spans_with
from tui.sanitize import MAX_URL_CHARS, clean_url

OPENED = [
    "https://example.com",
    "http://example.com:8080/a/b?c=d&e=%20f#g",
    "HTTPS://Example.com/",
    "mailto:someone@example.com",
    "http://[::1]:8000/x",
    "https://example.com/@someone",
]
REFUSED = [
    *(
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ssh://host",
        "x-man-page:ls",
        "/etc/passwd",
        "--remote=x",
        "",
        "docs/a.md",
    ),
    *(
        "https://user@evil.test/",
        "https://good.com:pw@evil.test",
        "https://xn--80ak6aa92e.com",
        "https://\u0430pple.com",
    ),
    *(
        "https://a.b/%1b]52;c;x",
        "https://a.b/\x1b",
        "https://a.b/ c",
        'https://a.b/"',
        "https://a.b/'",
        "https://a.b\\c",
        "https://",
    ),
    *("https://a.b/\u202e", "https://a.b/%E2%80%AE", "https://a.b/%0a", "http://[::1", "https://a.b/<x>", "https:///x"),
    "https://a.b/" + "c" * MAX_URL_CHARS,
]


@pytest.mark.parametrize("url", OPENED)
def test_addresses_that_may_be_opened(url: str) -> None:
    assert clean_url(url) == url


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_never_opened(url: str) -> None:
    assert clean_url(url) is None


def test_a_link_that_can_be_opened_carries_its_address() -> None:
    (span,) = spans_with(drawn("[the site](https://example.com/a)"), "the site")
    assert (span.style.role, span.style.link) == ("link", "https://example.com/a")


def test_a_link_that_cannot_be_opened_shows_its_target() -> None:
    lines = drawn("[manual](docs/manual.md) and [x](ssh://host)", 60)
    assert seen(lines) == ["manual [docs/manual.md] and x [ssh://host]"]
    assert all(span.style.link is None for line in lines for span in line.spans)


def test_a_link_whose_text_claims_another_address_shows_its_target() -> None:
    assert seen(drawn("[https://good.com](https://evil.test)", 60)) == ["https://good.com [https://evil.test]"]


def test_a_dangerous_link_is_plain_text() -> None:
    assert seen(drawn("[x](javascript:alert(1))")) == ["[x](javascript:alert(1))"]


def test_an_address_in_angle_brackets_is_a_link() -> None:
    assert [span.style.link for span in spans_with(drawn("<https://e.org/a>"), "e.org")] == ["https://e.org/a"]
    assert seen(drawn("<me@e.org>")) == ["me@e.org"]


def test_images_show_their_alternative_text() -> None:
    assert seen(drawn("![a *chart*](https://e.org/x.png) ![](y.png)")) == ["[image: a chart] [image]"]


def test_citations_stay_text() -> None:
    assert seen(drawn("As said [1], and [2][3].")) == ["As said [1], and [2][3]."]


def test_a_link_defined_later_is_a_link_once_settled() -> None:
    (span,) = spans_with(drawn("See [it].\n\n[it]: https://e.org/x"), "it")
    assert span.style.link == "https://e.org/x"

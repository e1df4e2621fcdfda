import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tui.api.connection import (
    REGIONS,
    Connection,
    checked_base_url,
    checked_key,
    connection_from,
    custom_headers,
    is_known_origin,
)
from tui.api.errors import ConfigurationError


@pytest.mark.parametrize(
    ("address", "base_url"),
    [
        ("api.cloud.eu.llamaindex.ai", "https://api.cloud.eu.llamaindex.ai"),
        (" https://API.cloud.llamaindex.ai/ ", "https://api.cloud.llamaindex.ai"),
        ("https://llama.example:8443", "https://llama.example:8443"),
        ("https://llama.example:443", "https://llama.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://[::1]:9", "http://[::1]:9"),
        ("localhost:8000", "https://localhost:8000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://llama.example/api/gate/", "https://llama.example/api/gate"),
    ],
)
def test_an_address_becomes_an_origin(address: str, base_url: str):
    assert checked_base_url(address) == base_url


@pytest.mark.fault(66)
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://api.cloud.llamaindex.ai", "use https"),
        ("http://127.0.0.1.evil.test", "use https"),
        ("https://user:hunter2@api.test", "user name or password"),
        ("https://api.cloud.llamaindex.ai@evil.test", "user name or password"),
        ("https://api.test/../v1", "its path"),
        ("https://api.test/%2e%2e/v1", "its path"),
        ("https://api.test//evil.test", "its path"),
        ("https://api.test?x=1", "goes on after the path"),
        ("https://api.test#x", "goes on after the path"),
        ("http://192.168.1.7:8000", "--allow-http"),
        ("ftp://api.test", "its scheme"),
        ("https://", "host name"),
        ("", "host name"),
        ("https://api.test:99999", "typing errors"),
        ("https://[::1", "typing errors"),
        ("https://ap\u0456.test", "host name"),
        ("https://xn--", "host name"),
        ("https://xn--99999999999.test", "host name"),
        (f"https://api.test/{'a' * 70_000}", "70,017 characters"),
    ],
)
def test_an_address_that_could_lose_the_key_is_refused(address: str, words: str):
    with pytest.raises(ConfigurationError) as refused:
        checked_base_url(address)
    assert words in refused.value.message
    assert "hunter2" not in refused.value.message


@pytest.mark.fault(66)
@given(st.text())
def test_any_address_is_an_origin_or_is_refused(address: str):
    try:
        base_url = checked_base_url(address)
    except ConfigurationError:
        return
    assert checked_base_url(base_url) == base_url


@pytest.mark.fault(63)
@pytest.mark.parametrize("typed", ["llx-abc", "  llx-abc\r\n", "Bearer llx-abc", "bearer  llx-abc "])
def test_a_key_is_trimmed(typed: str):
    assert checked_key(typed).get_secret_value() == "llx-abc"


@pytest.mark.fault(63)
@pytest.mark.parametrize(
    "typed",
    [
        "",
        " \n",
        "Bearer ",
        "llx-ab cd",
        "llx-ab\ncd",
        "\u201cllx-abcd\u201d",
        "llx-abcd\x00",
        "llx-äbcd",
        "llx-" + "abcd" * 2500,
    ],
)
def test_what_cannot_be_a_key_is_refused_without_repeating_it(typed: str):
    with pytest.raises(ConfigurationError) as refused:
        checked_key(typed, "LLAMA_CLOUD_API_KEY")
    assert "LLAMA_CLOUD_API_KEY" in refused.value.message
    assert "llx-" not in refused.value.message
    assert "cd" not in refused.value.message


@pytest.mark.fault(64)
def test_a_connection_shows_no_secret():
    connection = Connection(api_key=SecretStr("llx-abcdefgh1234"), session_cookie=SecretStr("cookie-value"))
    assert "abcdefgh" not in repr(connection)
    assert "cookie-value" not in repr(connection)


def test_a_key_is_named_by_its_last_four_characters_and_its_source():
    connection = Connection(api_key=SecretStr("llx-abcdefgh1234"), key_source="the system keyring")
    assert connection.key_hint == "…1234, from the system keyring"
    assert Connection(api_key=SecretStr("llx-a")).key_hint == "…"
    assert Connection().key_hint == "none"


def test_the_session_cookie_of_the_web_app_is_taken_from_the_environment():
    connection = connection_from({"LLAMA_CLOUD_SESSION_COOKIE": "abc.def"}, "llama.example", project_id="p")
    assert connection.base_url == "https://llama.example"
    assert connection.session_cookie == SecretStr("abc.def")
    assert connection.project_id == "p"
    assert connection_from({}, REGIONS["na"]) == Connection()


@pytest.mark.fault(66)
@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.1.7:8000", "[fd00::7]", "llama", "llama.lan"])
def test_http_in_ones_own_network_is_for_the_user_to_allow(host: str):
    assert checked_base_url(f"http://{host}", allow_http=True) == f"http://{host}"
    with pytest.raises(ConfigurationError, match="--allow-http"):
        checked_base_url(f"http://{host}")


@pytest.mark.fault(66)
@pytest.mark.parametrize("host", ["api.cloud.llamaindex.ai", "8.8.8.8", "llama.example"])
def test_http_over_the_internet_cannot_be_allowed(host: str):
    with pytest.raises(ConfigurationError, match=r"use https\.$"):
        checked_base_url(f"http://{host}", allow_http=True)


@pytest.mark.fault(66)
def test_llamacloud_and_this_machine_are_known_and_nothing_else_is():
    for known in (*REGIONS.values(), "http://127.0.0.1:8000", "http://localhost"):
        assert is_known_origin(known)
    for unknown in ("https://api.cloud.llamaindex.ai.evil.test", "https://llama.example", "http://192.168.1.7"):
        assert not is_known_origin(unknown)


def test_headers_are_read_as_the_official_sdks_do():
    headers = custom_headers("X-Gateway: a:b\n\n  X-Team :  blue \n")
    assert {name: value.get_secret_value() for name, value in headers.items()} == {"X-Gateway": "a:b", "X-Team": "blue"}


@pytest.mark.parametrize(
    "line",
    [
        "no colon",
        "a b: c",
        "X: caf\u00e9",
        "X: \x1b[31m",
        "authorization: Bearer hunter2",
        "Host: evil",
        "COOKIE: a=b",
        "accept-encoding: br",
    ],
)
def test_a_header_that_cannot_be_sent_or_says_who_we_are_is_refused_without_its_value(line: str):
    with pytest.raises(ConfigurationError, match="LLAMA_CLOUD_CUSTOM_HEADERS") as refused:
        custom_headers(line)
    assert "hunter2" not in refused.value.message

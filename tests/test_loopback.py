import pytest

from tui.loopback import is_loopback


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "api.localhost", "127.0.0.1", "127.0.0.2", "127.255.255.254", "::1", "0:0::1"]
)
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "128.0.0.1",
        "192.168.0.1",
        "localhost.example",
        "notlocalhost",
        "127.0.0.1.example",
        "127.1",
        "[::1]",
        "localhost:80",
    ],
)
def test_other_machines_and_what_is_no_host(host: str) -> None:
    assert not is_loopback(host)

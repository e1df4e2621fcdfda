"""Which server, with which key, for which project: one frozen value, checked before anything is sent.

A key belongs to the base URL (scheme, host, port, and a path before the API's own if there is one) that it was given
for. `https` is the rule; `http` is for loopback, and for a private network where the user allows it.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from tui.api.errors import ConfigurationError
from tui.api.regions import REGIONS
from tui.lazy_dataclass import dataclass
from tui.loopback import is_loopback
from tui.sanitize import clean_line

MAX_KEY_CHARS = 500
MAX_ADDRESS_CHARS = 2000
HEADERS_VARIABLE = "LLAMA_CLOUD_CUSTOM_HEADERS"
OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "transfer-encoding",
    }
)
"""Headers, in lower case, that say who we are, where a request ends and what can be read: nobody else sets them."""

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_PRIVATE_NAMES = (".internal", ".lan", ".local", ".home.arpa")


@dataclass(frozen=True, slots=True)
class Connection:
    """A server and who we are to it. `key_source` says in words where the key came from, for messages.

    `base_url` has no trailing slash, and is as `checked_base_url` returns it. `custom_headers` go with every request to
    it.
    """

    base_url: str = REGIONS["na"]
    api_key: SecretStr | None = None
    session_cookie: SecretStr | None = None
    project_id: str | None = None
    organization_id: str | None = None
    key_source: str = ""
    custom_headers: Mapping[str, SecretStr] = field(default_factory=dict[str, SecretStr])

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """All that must never be shown."""
        given = (self.api_key, self.session_cookie, *self.custom_headers.values())
        return tuple(secret for secret in given if secret is not None)

    @property
    def host(self) -> str:
        """Host and port, fit to show."""
        return clean_line(urlsplit(self.base_url).netloc)

    @property
    def key_hint(self) -> str:
        """The key as it may be shown: "…a1b2, from LLAMA_CLOUD_API_KEY"."""
        if self.api_key is None:
            return "none"
        secret = self.api_key.get_secret_value()
        tail = f"…{secret[-4:]}" if len(secret) >= 12 else "…"
        return f"{tail}, from {self.key_source}" if self.key_source else tail


def connection_from(
    environ: Mapping[str, str],
    base_url: str,
    *,
    project_id: str | None = None,
    organization_id: str | None = None,
    api_key: SecretStr | None = None,
    key_source: str = "",
    allow_http: bool = False,
) -> Connection:
    """The connection to an address, with the web app's session cookie if LLAMA_CLOUD_SESSION_COOKIE holds one, and with
    the headers that LLAMA_CLOUD_CUSTOM_HEADERS names.

    ConfigurationError if the address, the cookie or a header cannot be used.
    """
    cookie = environ.get("LLAMA_CLOUD_SESSION_COOKIE", "").strip()
    return Connection(
        base_url=checked_base_url(base_url, allow_http=allow_http),
        api_key=api_key,
        session_cookie=_checked_secret(cookie, "The session cookie", "LLAMA_CLOUD_SESSION_COOKIE") if cookie else None,
        project_id=project_id,
        organization_id=organization_id,
        key_source=key_source,
        custom_headers=custom_headers(environ.get(HEADERS_VARIABLE, "")),
    )


def custom_headers(text: str) -> Mapping[str, SecretStr]:
    """Headers from lines of the form "Name: value", as the official SDKs read them.

    ConfigurationError, which never repeats a value, for a line that is none, or that sets one of `OWN_HEADERS`.
    """
    headers: dict[str, SecretStr] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise ConfigurationError(
                f"{HEADERS_VARIABLE} has a line that is no header. Write one `Name: value` on each line."
            )
        if name.lower() in OWN_HEADERS:
            raise ConfigurationError(f"{HEADERS_VARIABLE} sets {name}, which is not for others to set. Leave it out.")
        headers[name] = SecretStr(value)
    return headers


def is_known_origin(base_url: str) -> bool:
    """Whether a checked base URL is LlamaCloud's own, or this machine: there a key may go without a question."""
    return base_url in REGIONS.values() or is_loopback(urlsplit(base_url).hostname or "")


def checked_base_url(address: str, source: str = "the base URL", *, allow_http: bool = False) -> str:
    """The base URL that an address names, with `https://` added where no scheme was given.

    `allow_http`: the user has said that the key may go unencrypted over a private network.
    ConfigurationError, which never repeats a password in the address, if a key could not be sent there safely.
    """
    address = address.strip()
    if len(address) > MAX_ADDRESS_CHARS:
        raise ConfigurationError(
            f"{source} cannot be used: it has {len(address):,} characters. Give the address alone."
        )
    try:
        url = urlsplit(address if "://" in address else f"https://{address}")
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise ConfigurationError(f"{source} is not an address: check it for typing errors.") from error
    if problem := _problem_with(url, host) or _problem_with_http(url.scheme, host, allow_http):
        raise ConfigurationError(f"{source} cannot be used: {problem}.")
    name = f"[{host}]" if ":" in host else host
    default_port = 443 if url.scheme == "https" else 80
    origin = f"{url.scheme}://{name}" + (f":{port}" if port is not None and port != default_port else "")
    return origin + url.path.rstrip("/")


def _problem_with(url: SplitResult, host: str) -> str:
    if "@" in url.netloc:
        return "it holds a user name or password; the API is reached with a key only"
    if not host or not all(c.isascii() and (c.isalnum() or c in ".-:_%") for c in host) or not _is_decodable(host):
        return "its host name is missing or holds characters that a host name cannot have"
    if url.scheme not in ("https", "http"):
        return f"its scheme is {clean_line(url.scheme, 20)!r}; use https"
    if url.query or url.fragment:
        return "it goes on after the path; give the address only, such as https://api.cloud.llamaindex.ai"
    if not _PATH.fullmatch(url.path) or {".", ".."} & set(url.path.split("/")):
        return "its path holds what a path before the API cannot have; letters, digits, `-`, `_`, `.` and `~` are fine"
    return ""


def _is_decodable(host: str) -> bool:
    """Whether a host in Punycode (RFC 3492) names one: httpx decodes it with each request, and raises if it cannot."""
    if not host.startswith("xn--"):
        return True
    from httpx import URL, InvalidURL

    try:
        return bool(URL(scheme="https", host=host).host)
    except (InvalidURL, UnicodeError):
        return False


def _problem_with_http(scheme: str, host: str, allow_http: bool) -> str:
    if scheme != "http" or is_loopback(host):
        return ""
    exposed = f"http would show the key to anyone on the way to {clean_line(host)}; use https"
    if not _is_private(host):
        return exposed
    return "" if allow_http else f"{exposed}, or allow it for your own network with --allow-http"


def _is_private(host: str) -> bool:
    """Whether a host is of a network of one's own, as far as its name tells."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.lower().endswith(_PRIVATE_NAMES)


def checked_key(text: str, source: str = "") -> SecretStr:
    """A key as typed or pasted, trimmed, and without a leading "Bearer ".

    ConfigurationError, which never repeats the key, if it cannot be one: a header could not carry it.
    """
    key = text.strip()
    scheme, _, rest = key.partition(" ")
    if scheme.lower() == "bearer":
        key = rest.strip()
    return _checked_secret(key, "The API key", source)


def _checked_secret(secret: str, what: str, source: str) -> SecretStr:
    subject = f"{what} from {source}" if source else what
    if not secret:
        raise ConfigurationError(f"{subject} is empty. Copy it again from the LlamaCloud console.")
    if len(secret) > MAX_KEY_CHARS:
        raise ConfigurationError(f"{subject} has {len(secret):,} characters; a key has about 50. Copy the key alone.")
    if any(c.isspace() for c in secret):
        raise ConfigurationError(f"{subject} has a space or a line end inside. Copy it again, in one piece.")
    if not all("!" <= c <= "~" for c in secret):
        raise ConfigurationError(f"{subject} holds characters that no key has, such as curly quotes. Copy it again.")
    return SecretStr(secret)

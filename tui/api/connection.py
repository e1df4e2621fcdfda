"""Which server, with which key, for which project: one frozen value, checked before anything is sent.

A key belongs to the origin (scheme, host, port) that it was given for. `https` is the rule; `http` is for loopback.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from tui.api.errors import ConfigurationError
from tui.api.regions import REGIONS
from tui.loopback import is_loopback
from tui.sanitize import clean_line

MAX_KEY_CHARS = 500


@dataclass(frozen=True, slots=True)
class Connection:
    """A server and who we are to it. `key_source` says in words where the key came from, for messages.

    `base_url` is an origin without a trailing slash, as `checked_base_url` returns it.
    """

    base_url: str = REGIONS["na"]
    api_key: SecretStr | None = None
    session_cookie: SecretStr | None = None
    project_id: str | None = None
    organization_id: str | None = None
    key_source: str = ""

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
) -> Connection:
    """The connection to an address, with the web app's session cookie if LLAMA_CLOUD_SESSION_COOKIE holds one.

    ConfigurationError if the address or the cookie cannot be used.
    """
    cookie = environ.get("LLAMA_CLOUD_SESSION_COOKIE", "").strip()
    return Connection(
        base_url=checked_base_url(base_url),
        api_key=api_key,
        session_cookie=_checked_secret(cookie, "The session cookie", "LLAMA_CLOUD_SESSION_COOKIE") if cookie else None,
        project_id=project_id,
        organization_id=organization_id,
        key_source=key_source,
    )


def checked_base_url(address: str, source: str = "the base URL") -> str:
    """The origin that an address names, with `https://` added where no scheme was given.

    ConfigurationError, which never repeats a password in the address, if a key could not be sent there safely.
    """
    address = address.strip()
    try:
        url = urlsplit(address if "://" in address else f"https://{address}")
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise ConfigurationError(f"{source} is not an address: check it for typing errors.") from error
    if problem := _problem_with(url, host):
        raise ConfigurationError(f"{source} cannot be used: {problem}.")
    name = f"[{host}]" if ":" in host else host
    default_port = 443 if url.scheme == "https" else 80
    return f"{url.scheme}://{name}" + (f":{port}" if port is not None and port != default_port else "")


def _problem_with(url: SplitResult, host: str) -> str:
    if "@" in url.netloc:
        return "it holds a user name or password; the API is reached with a key only"
    if not host or not all(c.isascii() and (c.isalnum() or c in ".-:_%") for c in host):
        return "its host name is missing or holds characters that a host name cannot have"
    if url.scheme not in ("https", "http"):
        return f"its scheme is {clean_line(url.scheme, 20)!r}; use https"
    if url.scheme == "http" and not is_loopback(host):
        return f"http would show the key to anyone on the way to {clean_line(host)}; use https"
    if url.path not in ("", "/") or url.query or url.fragment:
        return "it goes on after the host; give the address only, such as https://api.cloud.llamaindex.ai"
    return ""


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

"""What can go wrong between this program and the API. Every message can be shown as it is.

    ApiError                      `message`: what happened, why it may be, what to do
    ├── NotSentError              the request never reached the server: safe to send again
    │   ├── ConfigurationError    an address, a key or an environment variable that cannot be used
    │   │   └── NetworkVariableError  one of those for proxies and certificates: nothing can be reached
    │   ├── InvalidRequestError   refused here: a blank or too long prompt, a bad identifier
    │   └── UnreachableError      no connection: refused, name not found, TLS, proxy
    ├── RefusedError              the server answered, and did nothing: safe to say so (`status`)
    │   ├── KeyRefusedError       401
    │   ├── OutOfCreditsError     402
    │   ├── ForbiddenError        403
    │   ├── NotFoundError         404
    │   ├── ConflictError         409
    │   ├── InvalidFieldError     422 (`field`)
    │   ├── TooManyRequestsError  429 (`retry_after`)
    │   └── RedirectedError       3xx: not followed, so that neither key nor question goes elsewhere
    └── UnknownOutcomeError       it may have reached the server: ask for the session, do not send again
        ├── ServerError           5xx (`status`, `retry_after`)
        ├── NoAnswerError         the connection broke, or stayed silent, before there was a whole answer
        │   └── SlowAnswerError   it sends on and on, and the answer is not whole in time
        ├── TooLargeAnswerError   an answer that is longer than any of the API's, or than there is room for
        ├── NotTheApiError        an answer that is not the API's: a sign-in page, a proxy's page, not JSON
        └── TurnInterruptedError  the stream of a turn ended, or fell silent, before its `stop`

For a read, the three branches differ only in their words. For the question of a turn they decide what may be said and
done next: see `tui.api.stream`.
"""

TRY_AGAIN = "Try again."
LOOK_FIRST = "The question may have arrived, and is not sent again by itself: look at the session on the server first."
"""What to do after an UnknownOutcomeError: for a read, and for the question of a turn."""


class ApiError(Exception):
    """Root of the tree. `transient` says whether the same read may succeed a moment later."""

    transient = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def what_happened(self) -> str:
        """The first sentence of the message: what happened, without why that may be and what to do."""
        first, end, _ = self.message.partition(". ")
        return f"{first}." if end else first


class NotSentError(ApiError):
    """The request never reached the server."""


class ConfigurationError(NotSentError):
    """An address, a key or an environment variable that cannot be used."""


class NetworkVariableError(ConfigurationError):
    """An environment variable for proxies or certificates that cannot be used; the message names it."""


class InvalidRequestError(NotSentError):
    """Refused before sending: what was asked for cannot be a request."""


class UnreachableError(NotSentError):
    """No connection could be made."""

    def __init__(self, message: str, *, transient: bool = True) -> None:
        super().__init__(message)
        self.transient = transient


class RefusedError(ApiError):
    """The server answered with a status (4xx, 3xx) that says it did nothing."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class KeyRefusedError(RefusedError):
    """401: a wrong, revoked or expired key, or a key of the other region."""


class OutOfCreditsError(RefusedError):
    """402: the plan's credits are used up."""


class ForbiddenError(RefusedError):
    """403: the key may not do this here."""


class NotFoundError(RefusedError):
    """404: there is no such thing, or not for this key."""


class ConflictError(RefusedError):
    """409: something is running already, such as a turn of the same session."""


class InvalidFieldError(RefusedError):
    """422: a field is not as the server wants it. `field` is its dotted path, or ""; `said`: the server's own words."""

    def __init__(self, message: str, *, status: int, field: str, said: str = "") -> None:
        super().__init__(message, status=status)
        self.field = field
        self.said = said


class TooManyRequestsError(RefusedError):
    """429. `retry_after` is in seconds, at most 60; None when the server did not say."""

    transient = True

    def __init__(self, message: str, *, status: int, retry_after: float | None) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after


class RedirectedError(RefusedError):
    """3xx: the server points elsewhere. Never followed."""


class UnknownOutcomeError(ApiError):
    """The request may have reached the server, and may have been carried out."""


class ServerError(UnknownOutcomeError):
    """5xx. `retry_after` is in seconds, at most 60; None when the server did not say."""

    transient = True

    def __init__(self, message: str, *, status: int, retry_after: float | None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class NoAnswerError(UnknownOutcomeError):
    """The connection broke, or stayed silent, before there was a whole answer."""

    transient = True


class SlowAnswerError(NoAnswerError):
    """The answer was not whole in time, though something may have come. Asked for again it would take as long."""

    transient = False


class TooLargeAnswerError(UnknownOutcomeError):
    """An answer that is longer than any of the API's, or than there is room for. It was not read to its end."""


class NotTheApiError(UnknownOutcomeError):
    """Something answered that does not speak this API."""


class TurnInterruptedError(UnknownOutcomeError):
    """The stream of a turn ended without `stop`. What came before it is good."""

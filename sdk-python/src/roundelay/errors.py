"""What can go wrong, as one exception type for each way a caller can react to it."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, Optional


class RoundelayError(Exception):
    """The root of everything that this package raises.

    Attributes
    ----------
    code : str
        Stable word of the error catalogue, for programs (``shard_count_mismatch``).
    message : str
        ``[where] what happened; what to do``, for people.
    hint : str or None
        What to do about it, where the server knows more than the message says.
    request_id : str or None
        Names the request in the server's log.
    status : int or None
        HTTP status, None where no answer of the server is behind the error.
    details : mapping
        Facts that belong to the code, such as both counts of a mismatch.
    """

    default_code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: Optional[str] = None,
        hint: Optional[str] = None,
        request_id: Optional[str] = None,
        status: Optional[int] = None,
        details: Optional[Mapping[str, Any]] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message
        self.hint = hint
        self.request_id = request_id
        self.status = status
        self.details: Mapping[str, Any] = dict(details or {})
        self.retry_after = retry_after

    def __str__(self) -> str:
        text = f"{self.message} ({self.code})"
        if self.hint and self.hint not in self.message:
            text += f"\n  hint: {self.hint}"
        if self.request_id:
            text += f"\n  request: {self.request_id}"
        return text


class ConfigurationError(RoundelayError):
    """The client cannot be built: no URL, no key, or a URL that would send the key in the clear."""

    default_code = "configuration"


class SourceExtractionError(RoundelayError):
    """The source of the model or of one of its functions cannot be taken along; the message names it."""

    default_code = "source_extraction"


class ConnectionError(RoundelayError, builtins.ConnectionError):
    """No answer came, also after the retries; the request may or may not have been carried out."""

    default_code = "connection_failed"


class ValidationError(RoundelayError):
    """The request, or what was about to be sent, is wrong and has to be changed (400, 413, 422)."""

    default_code = "validation"


class AuthError(RoundelayError):
    """The key is missing, wrong or revoked (401), or may not do this (403)."""

    default_code = "auth"


class QuotaExceededError(AuthError):
    """The bytes do not fit into the storage quota (403); delete something, or ask for more."""

    default_code = "storage_quota_exceeded"


class NotFoundError(RoundelayError):
    """There is no such object, or it belongs to somebody else (404), or it is not kept any more (410)."""

    default_code = "not_found"


class ConflictError(RoundelayError):
    """The state of the object forbids it (409, 412), for example cancelling a job that has ended."""

    default_code = "conflict"


class RateLimitError(RoundelayError):
    """Too many requests (429); ``retry_after`` has the seconds to let pass, where the server said."""

    default_code = "rate_limited"


class ServerError(RoundelayError):
    """The server failed (5xx), also after the retries."""

    default_code = "server_error"


_BY_STATUS: Mapping[int, type[RoundelayError]] = {
    401: AuthError,
    403: AuthError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    412: ConflictError,
    429: RateLimitError,
}


def error_of(status: int, body: object, request_id: Optional[str], retry_after: Optional[float]) -> RoundelayError:
    """Turns an error answer into the exception for it.

    Parameters
    ----------
    status : int
        HTTP status, 300 or above.
    body : object
        The decoded JSON body, or anything else where the answer held none (a proxy's page).
    request_id : str or None
        From the header, used where the body has none.
    retry_after : float or None
        Seconds.

    Returns
    -------
    RoundelayError
        Of the subclass for that status; unknown codes are kept as they are.
    """
    fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
    code = _text(fields.get("code"))
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else ValidationError)
    if status == 403 and code is not None and "quota" in code:
        kind = QuotaExceededError
    details = fields.get("details")
    return kind(
        _text(fields.get("message")) or _text(fields.get("detail")) or f"the server answered {status}",
        code=code,
        hint=_text(fields.get("hint")),
        request_id=_text(fields.get("requestId")) or request_id,
        status=status,
        details=details if isinstance(details, dict) else None,
        retry_after=retry_after,
    )


def _text(value: object) -> Optional[str]:
    return value if isinstance(value, str) and value else None

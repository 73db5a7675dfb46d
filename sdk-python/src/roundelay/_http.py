"""One place for every request: authorisation, retries, the next server, and errors as exceptions."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Callable, Optional, Union

import httpx

from ._settings import Settings
from ._version import __version__
from .errors import ConnectionError, RoundelayError, ServerError, error_of

Body = Callable[[], Iterator[bytes]]
Query = Mapping[str, Union[str, int, None]]

_RETRIED_STATUS = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_SECONDS = 8.0


class Transport:
    """Sends requests to the first server that answers; safe for several threads.

    Only requests that may be repeated without harm are repeated: GET, PUT and DELETE, and a POST that carries an
    Idempotency-Key. Redirects are never followed, so the key goes nowhere but to the configured servers.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        timeout_seconds: float,
        max_retries: int,
        transport: Optional[httpx.BaseTransport] = None,
        sleep: Callable[[float], None] = time.sleep,
        verify: Union[bool, str] = True,
    ) -> None:
        self._urls = settings.urls
        self._current = 0
        self._lock = threading.Lock()
        self._max_retries = max_retries
        self._sleep = sleep
        self._http = httpx.Client(
            headers={
                "Authorization": f"Bearer {settings.api_key}",
                "User-Agent": f"roundelay-python/{__version__}",
            },
            timeout=httpx.Timeout(timeout_seconds, connect=min(10.0, timeout_seconds)),
            transport=transport,
            verify=verify,
        )

    def close(self) -> None:
        self._http.close()

    def json(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        body: Optional[object] = None,
        idempotency_key: Optional[str] = None,
    ) -> Any:
        """Sends a JSON request and returns the decoded answer, ``{}`` for an empty one."""
        headers = {"Accept": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        with self.open(method, path, query=query, json=body, headers=headers) as response:
            response.read()
            return _decoded(response)

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: Body) -> httpx.Headers:
        """Sends bytes; `body` is called again for each attempt. Returns the headers of the answer."""
        with self.open(method, path, headers=headers, body=body) as response:
            response.read()
            return response.headers

    @contextmanager
    def open(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        json: Optional[object] = None,
        headers: Optional[Mapping[str, str]] = None,
        body: Optional[Body] = None,
    ) -> Iterator[httpx.Response]:
        """Opens a streamed answer of status below 300, after retries; the body is read by the caller.

        Raises
        ------
        RoundelayError
            The subclass for the status, or ConnectionError.
        """
        response = self._answer(method, path, query=query, json=json, headers=dict(headers or {}), body=body)
        try:
            yield response
        except httpx.HTTPError as error:
            raise _connection_error(method, str(response.url), error) from error
        finally:
            response.close()

    def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query],
        json: Optional[object],
        headers: dict[str, str],
        body: Optional[Body],
    ) -> httpx.Response:
        repeatable = method != "POST" or "Idempotency-Key" in headers
        attempt = 0
        while True:
            which = self._current
            url = f"{self._urls[which]}/api/v1{path}"
            params = {name: value for name, value in (query or {}).items() if value is not None}
            failure: RoundelayError
            sent = True
            try:
                request = self._http.build_request(
                    method, url, params=params or None, json=json, headers=headers, content=body() if body else None
                )
                response = self._http.send(request, stream=True)
            except httpx.HTTPError as error:
                failure = _connection_error(method, url, error)
                sent = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
            else:
                if response.status_code < 300:
                    return response
                failure = _failure(response)
                if response.status_code not in _RETRIED_STATUS:
                    raise failure
                sent = isinstance(failure, ServerError) and response.status_code != 503
            if attempt >= self._max_retries or (sent and not repeatable):
                raise failure
            self._try_next_server(which, failure)
            self._sleep(_pause_seconds(attempt, failure.retry_after))
            attempt += 1

    def _try_next_server(self, failed: int, failure: RoundelayError) -> None:
        if failure.status == 429:
            return
        with self._lock:
            if self._current == failed:
                self._current = (failed + 1) % len(self._urls)


def _decoded(response: httpx.Response) -> Any:
    if not response.content:
        return {}
    try:
        return response.json()
    except ValueError as error:
        raise ServerError(
            f"[{response.url}] the answer is no JSON; is this the URL of a Roundelay server?",
            status=response.status_code,
        ) from error


def _failure(response: httpx.Response) -> RoundelayError:
    try:
        response.read()
        body: object = response.json()
    except (httpx.HTTPError, ValueError):
        body = None
    finally:
        response.close()
    return error_of(
        response.status_code, body, response.headers.get("x-request-id"), _seconds(response.headers.get("retry-after"))
    )


def _connection_error(method: str, url: str, error: httpx.HTTPError) -> ConnectionError:
    reason = str(error) or type(error).__name__
    return ConnectionError(f"[{method} {url}] no answer: {reason}; is the server running and reachable from here?")


def _seconds(text: Optional[str]) -> Optional[float]:
    return float(text) if text is not None and text.isdigit() else None


def _pause_seconds(attempt: int, retry_after: Optional[float]) -> float:
    if retry_after is not None:
        return min(retry_after, 30.0)
    longest = min(_LONGEST_PAUSE_SECONDS, 0.25 * 2.0**attempt)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads retries, no secret)

"""One place for every request: authorisation, retries, the next server, and errors as exceptions."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Union

import httpx

from ._settings import Settings
from ._version import __version__
from .errors import ConnectionError, RoundelayError, ServerError, error_of

Body = Callable[[], Iterator[bytes]]
Query = Mapping[str, Union[str, int, None]]

_RETRIED_STATUS = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_SECONDS = 8.0
_LOG = logging.getLogger("roundelay")


@dataclass(frozen=True)
class Call:
    """A request that can be made several times."""

    method: str
    path: str
    query: Optional[Query] = None
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Optional[object] = None
    body: Optional[Body] = None

    @property
    def is_repeatable(self) -> bool:
        return self.method != "POST" or "Idempotency-Key" in self.headers

    @property
    def is_read(self) -> bool:
        return self.method == "GET"

    def request(self, client: httpx.Client, url: str) -> httpx.Request:
        params = {name: value for name, value in (self.query or {}).items() if value is not None}
        content = self.body() if self.body else None
        return client.build_request(
            self.method, url, params=params or None, json=self.json, headers=dict(self.headers), content=content
        )


class Transport:
    """Sends requests to the first server that answers; safe for several threads.

    Only requests that may be repeated without harm are repeated: GET, PUT and DELETE, and a POST that carries an
    Idempotency-Key. Reads of a server that has answered before are repeated for `read_patience_seconds`, so that a
    notebook which polls rides out a restart; a server that never answered is told of after `max_retries`. Redirects are
    never followed, so the key goes nowhere but to the configured servers.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        timeout_seconds: float,
        max_retries: int,
        read_patience_seconds: float = 60.0,
        transport: Optional[httpx.BaseTransport] = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        verify: Union[bool, str] = True,
    ) -> None:
        self._urls = settings.urls
        self._current = 0
        self._lock = threading.Lock()
        self._max_retries = max_retries
        self._read_patience_seconds = read_patience_seconds
        self._has_answered = False
        self._sleep = sleep
        self._clock = clock
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
        return _decoded(self._answer(Call(method, path, query, headers, json=body), streamed=False))

    def read(self, path: str, *, query: Query) -> bytes:
        """Returns the bytes of an answer."""
        return self._answer(Call("GET", path, query), streamed=False).content

    def send(self, path: str, *, headers: Mapping[str, str], body: Body) -> None:
        """Puts bytes; `body` is called again for each attempt."""
        self._answer(Call("PUT", path, None, headers, body=body), streamed=False)

    @contextmanager
    def open(self, path: str, *, query: Query, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Opens an answer whose body the caller reads, piece by piece; what is read is not repeated here.

        Raises
        ------
        RoundelayError
            The subclass for the status, or ConnectionError, also while the body is read.
        """
        response = self._answer(Call("GET", path, query, headers), streamed=True)
        try:
            yield response
        except httpx.HTTPError as error:
            raise _connection_error("GET", str(response.url), error) from error
        finally:
            response.close()

    def _answer(self, call: Call, *, streamed: bool) -> httpx.Response:
        attempt = 0
        began = self._clock()
        while True:
            which = self._current
            url = f"{self._urls[which]}/api/v1{call.path}"
            failure: RoundelayError
            try:
                response = self._http.send(call.request(self._http, url), stream=True)
                if response.status_code < 300:
                    self._has_answered = True
                    if not streamed:
                        response.read()
                    return response
            except httpx.HTTPError as error:
                failure = _connection_error(call.method, url, error)
                arrived = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
            else:
                failure = _failure(response)
                if response.status_code not in _RETRIED_STATUS:
                    raise failure
                # 429 and 503 are said before the request is looked at; behind a proxy's 502 and 504 it may have arrived.
                arrived = response.status_code not in (429, 503)
            if arrived and not call.is_repeatable:
                raise failure
            if attempt >= self._max_retries and not self._rides_out(call, began):
                raise failure
            if attempt == self._max_retries:
                _LOG.warning("%s; trying again for up to %.0f s", failure, self._read_patience_seconds)
            self._try_next_server(which, failure)
            self._sleep(_pause_seconds(attempt, failure.retry_after))
            attempt += 1

    def _rides_out(self, call: Call, began: float) -> bool:
        return call.is_read and self._has_answered and self._clock() - began < self._read_patience_seconds

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

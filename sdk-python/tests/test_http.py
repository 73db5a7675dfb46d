"""How long requests are repeated, over a network and a clock that the tests step."""

from __future__ import annotations

from typing import Callable

import httpx
import pytest

from fake_server import API_KEY
from roundelay._http import Transport
from roundelay._settings import Settings
from roundelay.errors import ConnectionError, ServerError


class Network:
    """A server that is away between two times; pauses of the client pass its clock on."""

    def __init__(self, away_from: float, away_until: float) -> None:
        self.now = 0.0
        self.away_from = away_from
        self.away_until = away_until
        self.calls = 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def transport(self, answer: Callable[[httpx.Request], httpx.Response], retries: int = 6) -> Transport:
        return Transport(
            Settings(urls=("http://127.0.0.1:1",), api_key=API_KEY),
            timeout_seconds=60,
            max_retries=retries,
            transport=httpx.MockTransport(answer),
            sleep=self.sleep,
            clock=lambda: self.now,
        )

    def refuse(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.away_from <= self.now < self.away_until:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json={"items": []})

    def stand_by(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.away_from <= self.now < self.away_until:
            return httpx.Response(503, json={"code": "not_active", "message": "[server] stands by", "hint": ""})
        return httpx.Response(200, json={"items": []})


@pytest.mark.parametrize("kind", ["refuse", "stand_by"])
def test_a_read_rides_out_a_restart_of_fifty_seconds(kind: str) -> None:
    network = Network(away_from=10, away_until=60)
    transport = network.transport(getattr(network, kind))
    transport.json("GET", "/jobs")
    network.now = 10

    assert transport.json("GET", "/jobs") == {"items": []}
    assert network.now >= 60


@pytest.mark.parametrize(("kind", "error"), [("refuse", ConnectionError), ("stand_by", ServerError)])
def test_a_read_is_given_up_after_a_minute(kind: str, error: type[Exception]) -> None:
    network = Network(away_from=10, away_until=1e9)
    transport = network.transport(getattr(network, kind))
    transport.json("GET", "/jobs")
    network.now = 10

    with pytest.raises(error):
        transport.json("GET", "/jobs")
    assert 70 <= network.now < 80


def test_a_server_that_never_answered_is_told_of_sooner() -> None:
    network = Network(away_from=0, away_until=1e9)

    with pytest.raises(ConnectionError, match="is the server running"):
        network.transport(network.refuse).json("GET", "/jobs")
    assert network.calls == 7
    assert network.now < 30


def test_what_changes_something_is_not_repeated_for_so_long() -> None:
    network = Network(away_from=10, away_until=1e9)
    transport = network.transport(network.refuse)
    transport.json("GET", "/jobs")
    network.now = 10
    network.calls = 0

    with pytest.raises(ConnectionError):
        transport.json("DELETE", "/jobs/job_1")
    assert network.calls == 7

"""A second machine on this one: a network namespace from which a single port of this machine can be reached."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread


@dataclass(frozen=True)
class SecondMachine:
    """Where it is, and under which address it sees this one."""

    namespace: str
    host: str

    def command(self, *words: object) -> list[str]:
        """A command line as it is run there."""
        return ["ip", "netns", "exec", self.namespace, *map(str, words)]


def why_not() -> str | None:
    """Says in words why this machine cannot hold a second one; None if it can."""
    if os.geteuid() != 0:
        return "not run: a network namespace needs root, and these tests run as another user"
    if shutil.which("ip") is None:
        return "not run: there is no program `ip` (package iproute2) to make a network namespace"
    probe = f"rl-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode != 0:
        return f"not run: this machine allows no network namespace: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", probe], check=True)
    return None


@contextmanager
def second_machine() -> Iterator[SecondMachine]:
    """Two ends of one cable. Of the addresses of this end nothing is open but what somebody opens on it."""
    number = os.getpid() % 60000
    name, near, far = f"rl-{number}", f"rlh{number}", f"rlw{number}"
    # The range that is set aside for tests of networks: no real one is hidden.
    host, there = (f"198.18.{number // 64 % 256}.{number % 64 * 4 + end}" for end in (1, 2))
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        for line in (
            f"link add {near} type veth peer name {far} netns {name}",
            f"addr add {host}/30 dev {near}",
            f"link set {near} up",
            f"-n {name} addr add {there}/30 dev {far}",
            f"-n {name} link set {far} up",
            f"-n {name} link set lo up",
        ):
            subprocess.run(["ip", *line.split()], check=True)
        yield SecondMachine(name, host)
    finally:
        # The cable goes with its far end.
        subprocess.run(["ip", "netns", "del", name], check=True)
        subprocess.run(["ip", "link", "del", near], capture_output=True)


class Forward:
    """Passes bytes from one address on to another, as a firewall with one open port does."""

    def __init__(self, host: str) -> None:
        self._listening = socket.create_server((host, 0))
        self.port = self._listening.getsockname()[1]
        self._target: tuple[str, int] | None = None

    def to(self, host: str, port: int) -> None:
        self._target = (host, port)
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._listening.accept()
                assert self._target is not None
                onward = socket.create_connection(self._target)
                Thread(target=_pump, args=(taken, onward), daemon=True).start()
                Thread(target=_pump, args=(onward, taken), daemon=True).start()

    def close(self) -> None:
        self._listening.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

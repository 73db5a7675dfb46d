"""What is said of processes under /proc: who started whom, how they are called, what is theirs alone; and its peaks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

# Who is below whom is asked less often than how much memory each one has: it takes a walk over all processes.
LOOKS_PER_WALK = 10
AnyWatch = TypeVar("AnyWatch", bound="Watch")


def parents() -> dict[int, int]:
    """Returns the parent of each process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
    return found


def below(root: int, known: dict[int, int] | None = None) -> set[int]:
    """Returns every process below one."""
    known = parents() if known is None else known
    found = {root}
    while more := {pid for pid, parent in known.items() if parent in found} - found:
        found |= more
    return found - {root}


def are_gone(pids: set[int]) -> bool:
    """Says whether these processes have ended; one that only waits to be reaped has."""
    return not any(_state(pid) not in ("", "Z", "X") for pid in pids)


def marked(name: str, value: str) -> set[int]:
    """Returns the living processes that were started with that variable in their environment."""
    part = f"{name}={value}".encode()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if part in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
        except OSError:
            continue
    return found


def command(pid: int) -> bytes:
    """Returns a command line, its words separated by NUL; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def anonymous_mb(pid: int) -> float:
    """Returns the memory of a process without mapped files (RssAnon); 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:")), 0.0)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return ""


class Watch:
    """A thread that looks at something again and again, for the highest that it sees."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._done = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self: AnyWatch) -> AnyWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        raise NotImplementedError

    def _watch(self) -> None:
        while not self._done.wait(self._pause):
            self._look()


class MemoryWatch(Watch):
    """The highest memory of some processes without mapped files, sampled 20 times a second: the sum of their peaks."""

    def __init__(self, pids: Callable[[], set[int]]) -> None:
        super().__init__(0.05)
        self._pids = pids
        self._peaks: dict[int, float] = {}
        self._looks = 0
        self._known: set[int] = set()

    @property
    def peak_mb(self) -> float:
        return sum(self._peaks.values())

    def now_mb(self) -> float:
        return sum(map(anonymous_mb, self._pids()))

    def _look(self) -> None:
        if self._looks % LOOKS_PER_WALK == 0:
            self._known = self._pids()
        self._looks += 1
        for pid in self._known:
            self._peaks[pid] = max(self._peaks.get(pid, 0.0), anonymous_mb(pid))


class FolderWatch(Watch):
    """The most that lay below a folder, in blocks of the disk, sampled twice a second."""

    def __init__(self, folder: Path) -> None:
        super().__init__(0.5)
        self._folder = folder
        self.peak_mb = 0.0

    def now_mb(self) -> float:
        # A file that has two names takes its blocks once.
        files = (Path(where) / name for where, _, names in os.walk(self._folder) for name in names)
        return sum(dict(map(_blocks, files)).values()) / 1e6

    def _look(self) -> None:
        self.peak_mb = max(self.peak_mb, self.now_mb())


def _blocks(file: Path) -> tuple[int, int]:
    """Returns the number of a file and its bytes on the disk; zeros if it is gone."""
    try:
        status = file.lstat()
    except FileNotFoundError:
        return 0, 0
    return status.st_ino, status.st_blocks * 512

"""What is said of processes under /proc: who started whom, how they are called, and the memory that is theirs alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

# Who is below whom is asked less often than how much memory each one has: it takes a walk over all processes.
LOOKS_PER_WALK = 10


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


class MemoryWatch:
    """The highest memory of some processes without mapped files, sampled 20 times a second: the sum of their peaks."""

    def __init__(self, pids: Callable[[], set[int]]) -> None:
        self._pids = pids
        self._peaks: dict[int, float] = {}
        self._done = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def peak_mb(self) -> float:
        return sum(self._peaks.values())

    def now_mb(self) -> float:
        return sum(map(anonymous_mb, self._pids()))

    def _watch(self) -> None:
        looks = 0
        pids: set[int] = set()
        while not self._done.wait(0.05):
            if looks % LOOKS_PER_WALK == 0:
                pids = self._pids()
            looks += 1
            for pid in pids:
                self._peaks[pid] = max(self._peaks.get(pid, 0.0), anonymous_mb(pid))

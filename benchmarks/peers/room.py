"""What the programs of the peers share: a room of their own, processes that end, the server's memory, one line of result."""

from __future__ import annotations

import argparse
import fcntl
import importlib.metadata
import itertools
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from processes import MemoryWatch, below, command  # noqa: E402

INSIDE = "ROUNDELAY_BENCH_ROOM"
NAMESPACES = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
# A shell stays the first process of the room: it takes in the children of those that end before them.
FIRST_PROCESS = ["sh", "-c", '"$@"; exit $?', "sh"]
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


@dataclass(frozen=True)
class Work:
    """What is to be done, and where: all that a peer writes lies in `folder`."""

    mode: str
    clients: int
    megabytes: int
    rounds: int
    folder: Path
    deadline: float

    @property
    def rounds_file(self) -> Path:
        """Where the server's side writes the time of each round's end, one a line."""
        return self.folder / "rounds.txt"

    @property
    def result_file(self) -> Path:
        """What the server's side writes at last: `error`, the largest of a weight, or `failure`."""
        return self.folder / "result.json"

    def bin(self, name: str) -> str:
        """Returns a program of the environment that this Python belongs to."""
        return str(Path(sys.executable).parent / name)

    def environment(self, **more: str) -> dict[str, str]:
        """Returns the variables of a peer's processes: home and temporary files here, this environment's programs first."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
        temporary = self.folder / "t"
        temporary.mkdir(exist_ok=True)
        path = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
        modules = f"{HERE}:{HERE.parent}"
        return kept | {"HOME": str(self.folder), "TMPDIR": str(temporary), "PATH": path, "PYTHONPATH": modules} | more


def enter(description: str, modes: list[str]) -> Work:
    """Goes on in namespaces of its own, with `lo` as the only network; whatever is left there ends with it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("mode", choices=modes)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--megabytes", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder, with a short path (Ray has sockets in it)")
    parser.add_argument("--seconds", type=float, default=600, help="give up after so long")
    options = parser.parse_args()
    if INSIDE not in os.environ:
        _go_inside()
    _bring_up_loopback()
    folder = options.work.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + options.seconds
    return Work(options.mode, options.clients, options.megabytes, options.rounds, folder, deadline)


def namespaces() -> list[str]:
    """Returns the command that opens a room, for this user."""
    return NAMESPACES if os.geteuid() == 0 else [*NAMESPACES, "--map-root-user"]


def refusal() -> str:
    """Returns why no room can be opened here; empty if it can."""
    try:
        tried = subprocess.run([*namespaces(), "true"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return tried.stderr.strip() if tried.returncode else ""


def _go_inside() -> None:
    why = refusal()
    if why:
        raise SystemExit(f"[peers] no network namespace can be made here: {why}")
    os.environ[INSIDE] = "1"
    inside = [*namespaces(), *FIRST_PROCESS, sys.executable, *sys.argv]
    os.execvp(inside[0], inside)


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = b"lo".ljust(16, b"\0")
        asked = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sh14x", name, 0))
        flags = struct.unpack("16sh14x", asked)[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", name, flags | IFF_UP))


@contextmanager
def started(work: Work, name: str, arguments: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Starts a process with its output in `<name>.log`, and ends it by its process id."""
    with (work.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            arguments, cwd=work.folder, env=work.environment(**environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        for end in (signal.SIGTERM, signal.SIGKILL):
            process.send_signal(end)
            try:
                process.wait(5)
                break
            except subprocess.TimeoutExpired:
                continue


def run(work: Work, name: str, arguments: list[str], **environment: str) -> str:
    """Runs a program to its end and returns what it printed."""
    done = _run(work, name, arguments, environment)
    if done.returncode:
        raise SystemExit(f"[peers] {name} ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
    return done.stdout


def printed(work: Work, name: str, arguments: list[str], **environment: str) -> str:
    """Runs a program to its end and returns what it printed; nothing if it failed."""
    done = _run(work, name, arguments, environment)
    return "" if done.returncode else done.stdout


def _run(work: Work, name: str, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    patience = max(1.0, work.deadline - time.monotonic())
    try:
        done = subprocess.run(
            arguments, cwd=work.folder, env=work.environment(**environment), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=patience, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SystemExit(f"[peers] hung: {name} did not end; {_done(work)} of {work.rounds} rounds were done") from None
    (work.folder / f"{name}.log").write_text(done.stdout + done.stderr)
    return done


def await_true(work: Work, what: str, reached: Callable[[], bool], seconds: float = 0.2) -> None:
    """Waits, at most until the work's deadline."""
    while not reached():
        if time.monotonic() > work.deadline:
            raise SystemExit(f"[peers] hung: {what} did not come; {_done(work)} of {work.rounds} rounds were done")
        time.sleep(seconds)


def await_result(work: Work, *processes: subprocess.Popen[bytes]) -> None:
    """Waits until the server's side has written its result, as long as these processes run."""
    await_true(work, "the end", lambda: work.result_file.exists() or any(one.poll() is not None for one in processes), 0.05)
    # Whoever ends in good order has written it before.
    if not work.result_file.exists():
        logs = "\n".join(_tail(log) for log in sorted(work.folder.glob("*.log")))
        raise SystemExit(f"[peers] a process ended before its time, {_done(work)} of {work.rounds} rounds were done:\n{logs}")


def server_memory(root: int, is_of_server: Callable[[bytes], bool]) -> MemoryWatch:
    """Watches a process and those below it, as far as they belong to the server's side."""
    return MemoryWatch(lambda: {pid for pid in {root} | below(root) if is_of_server(command(pid))})


def report(work: Work, what: str, submitted: float, memory: MemoryWatch, packages: list[str]) -> None:
    """Prints what was measured, as the last line; a failure if the weights are wrong."""
    result = json.loads(work.result_file.read_text())
    if "failure" in result:
        raise SystemExit(f"[peers] {what}: {result['failure']}")
    ends = [float(line) for line in work.rounds_file.read_text().split()]
    if len(ends) != work.rounds:
        raise SystemExit(f"[peers] {what}: {len(ends)} rounds instead of {work.rounds}")
    print(json.dumps({
        "what": what,
        "first": ends[0] - submitted,
        "seconds": [after - before for before, after in itertools.pairwise(ends)],
        "memory": memory.peak_mb,
        "error": result["error"],
        "versions": {"python": sys.version.split()[0]} | {name: importlib.metadata.version(name) for name in packages},
    }))  # fmt: skip


def _done(work: Work) -> int:
    return len(work.rounds_file.read_text().split()) if work.rounds_file.exists() else 0


def _tail(log: Path) -> str:
    return f"-- {log.name}\n{log.read_text(errors='replace')[-1500:]}"

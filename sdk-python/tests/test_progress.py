from __future__ import annotations

import io

from roundelay.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_that_ends_full() -> None:
    terminal, now = Terminal(), [0.0]

    with Progress("shard_1.zip", 4_000_000, stream=terminal, clock=lambda: now[0]) as progress:
        for _ in range(4):
            now[0] += 1
            progress.advance(1_000_000)

    last = terminal.getvalue().split("\r")[-1]
    assert last.startswith("shard_1.zip") and "100%" in last and "1.0 MB/s" in last and last.endswith("\n")


def test_bytes_that_go_again_are_taken_back() -> None:
    terminal = Terminal()

    with Progress("a", 100, stream=terminal, clock=lambda: 1.0) as progress:
        progress.advance(60)
        progress.advance(-60)
        progress.advance(30)

    assert " 30%" in terminal.getvalue().split("\r")[-1]


def test_a_pipe_and_an_untouched_file_see_nothing() -> None:
    pipe, terminal = io.StringIO(), Terminal()

    with Progress("a", 100, stream=pipe) as progress:
        progress.advance(100)
    with Progress("a", 100, stream=terminal):
        pass

    assert pipe.getvalue() == "" and terminal.getvalue() == ""

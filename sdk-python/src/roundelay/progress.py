"""A line of progress for each file that is sent or fetched, on a terminal only."""

from __future__ import annotations

import sys
import threading
import time
from typing import Callable, Optional, TextIO

_REDRAW_SECONDS = 0.1
_BAR_CELLS = 24


class Progress:
    """Draws one line that updates itself; silent where the stream is no terminal. Safe for several threads."""

    def __init__(
        self,
        label: str,
        total_bytes: int,
        *,
        stream: Optional[TextIO] = None,
        shown: Optional[bool] = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label = label
        self._total = total_bytes
        self._stream = stream if stream is not None else sys.stderr
        self._shown = _is_terminal(self._stream) if shown is None else shown
        self._clock = clock
        self._lock = threading.Lock()
        self._done = 0
        self._started = clock()
        self._drawn: Optional[float] = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._drawn is not None:
            self._draw()
            self._stream.write("\n")
            self._stream.flush()

    def advance(self, count: int) -> None:
        """Adds bytes; a negative count takes back those that have to go again."""
        with self._lock:
            self._done = max(0, self._done + count)
            now = self._clock()
            if self._shown and (self._drawn is None or now - self._drawn >= _REDRAW_SECONDS):
                self._drawn = now
                self._draw()

    def _draw(self) -> None:
        share = min(1.0, self._done / self._total) if self._total else 1.0
        bar = ("#" * int(share * _BAR_CELLS)).ljust(_BAR_CELLS, ".")
        seconds = max(1e-6, self._clock() - self._started)
        self._stream.write(
            f"\r{self._label[:40]:<40} [{bar}] {share:4.0%} {_size(self._done)} {_size(int(self._done / seconds))}/s "
        )
        self._stream.flush()


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"

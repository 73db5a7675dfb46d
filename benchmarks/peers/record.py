"""What runs in the peers' own processes writes by this what room.py waits for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def round_ended(file: str) -> None:
    """Notes the time."""
    with Path(file).open("a") as rounds:
        rounds.write(f"{time.time()}\n")


def finish(file: str, judge: Callable[[], float]) -> None:
    """Writes the result as a whole, for somebody waits for it; `judge` returns the largest error of a weight."""
    try:
        result: dict[str, Any] = {"error": judge()}
    except Exception as error:
        result = {"failure": f"{type(error).__name__}: {error}"}
    whole = Path(file).with_suffix(".new")
    whole.write_text(json.dumps(result))
    whole.rename(file)

"""The figures of one run: a table for people, rows for the JSON."""

from __future__ import annotations

import math
import os
import statistics
from typing import Any


class Figures:
    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, what: str, unit: str, target: float | None, value: float, **more: Any) -> None:
        """Adds a figure; `value` must not be above the target, if there is one."""
        self._add(what, unit, "<=", target, value, None if target is None else value <= target, more)

    def add_ratio(self, what: str, target: float | None, value: float, **more: Any) -> None:
        """Adds how many times as long a peer takes; `value` must not be below the target, if there is one."""
        self._add(what, "x", ">=", target, value, None if target is None else value >= target, more)

    def add_rounds(self, what: str, target: float | None, seconds: list[float], **more: Any) -> None:
        """Adds the median of some rounds, with the fastest one."""
        spread = {"min": min(seconds), "max": max(seconds), "rounds": [round(each, 4) for each in seconds]}
        self.add(f"{what} (median of {len(seconds)})", "s", target, statistics.median(seconds), **spread, **more)

    def add_all(self, what: str, unit: str, target: float | None, values: list[float]) -> None:
        """Adds the spread of a figure; nine tenths and a half of all times (nearest rank) are compared with the target."""
        ranked = sorted(values)
        p95 = ranked[math.ceil(0.95 * len(ranked)) - 1]
        spread = {"min": ranked[0], "median": statistics.median(ranked), "p95": p95, "max": ranked[-1]}
        self.add(f"{what} (p95 of {len(ranked)})", unit, target, p95, **spread, all=[round(each, 3) for each in values])

    def leave_out(self, what: str, why: str) -> None:
        """Adds a row that has no figure, and says why."""
        self.rows.append({"what": what, "value": None, "met": None, "why": why, "load": os.getloadavg()[0]})
        print(f"{what}: left out, {why}", flush=True)

    def _add(
        self, what: str, unit: str, order: str, target: float | None, value: float, met: bool | None, more: dict[str, Any]
    ) -> None:
        row = {"what": what, "unit": unit, "order": order, "target": target, "value": round(value, 4), "met": met}
        row |= {name: round(each, 4) if isinstance(each, float) else each for name, each in more.items()}
        self.rows.append(row | {"load": os.getloadavg()[0]})
        aim = "no target" if target is None else f"target {order} {target}"
        print(f"{what}: {value:.3f} {unit} ({aim}) {more}", flush=True)

    def table(self) -> str:
        lines = ["| what | value | target | | load |", "|---|---|---|---|---|"]
        for row in self.rows:
            if row["value"] is None:
                lines.append(f"| {row['what']} | - ({row['why']}) | | | {row['load']:.1f} |")
                continue
            met = {True: "met", False: "missed", None: ""}[row["met"]]
            spread = [f"{name} {row[name]:.3f}" for name in ("min", "median", "max") if name in row]
            spread += [f"first {row['first']:.1f}"] if "first" in row else []
            spread += [f"memory {row['memory']:.0f} MB"] if "memory" in row else []
            extra = f" ({', '.join(spread)})" if spread else ""
            target = "" if row["target"] is None else f"{row['order']} {row['target']} {row['unit']}"
            lines.append(f"| {row['what']} | {row['value']:.3f} {row['unit']}{extra} | {target} | {met} | {row['load']:.1f} |")
        return "\n".join(lines)

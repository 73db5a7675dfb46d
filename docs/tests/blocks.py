"""Takes the code blocks out of a page and runs them in order."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A comment in the line before a block: <!-- docs-test: not run --> or <!-- docs-test: when every job has ended -->.
FENCE = re.compile(r"^(?:<!-- docs-test: (?P<directive>[^>]*?) -->\n)?```(?P<language>\w*)\n(?P<code>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    directive: str
    code: str


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start("code")) + 1, found["language"], found["directive"] or "", found["code"])
        for found in FENCE.finditer(text)
    ]


class PageRun:
    """One reader of a page: names of Python blocks and variables of shell blocks live as long as the page."""

    def __init__(self, folder: Path, environment: dict[str, str], await_jobs: Callable[[], None]) -> None:
        self._folder = folder
        self._environment = environment
        self._await_jobs = await_jobs
        self._names: dict[str, Any] = {"__name__": "__docs__"}
        self._shell = folder.parent / f"{folder.name}.shell"

    def run(self, page: Path) -> int:
        """Runs every block of the languages python and sh, and returns how many."""
        count = 0
        for block in blocks_of(page):
            if block.language not in ("python", "sh") or block.directive == "not run":
                continue
            if block.directive:
                assert block.directive == "when every job has ended", f"{page.name}:{block.line}: unknown directive"
                self._await_jobs()
            print(f"--- {page.name}:{block.line} ({block.language})", flush=True)
            if block.language == "python":
                self._python(block)
            else:
                self._sh(block)
            count += 1
        return count

    def _python(self, block: Block) -> None:
        # Padded, so that a traceback names the line of the page.
        exec(compile("\n" * (block.line - 1) + block.code, str(block.page), "exec"), self._names)  # noqa: S102

    def _sh(self, block: Block) -> None:
        script = f'set -euo pipefail\n[ ! -e "$STATE" ] || . "$STATE"\n{block.code}\n{{ declare -p | grep -vE "^declare -[a-zA-Z]*r|^declare -- _="; declare -f; }} >"$STATE"\n'
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self._folder,
            env={**os.environ, **self._environment, "STATE": str(self._shell)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        print(ran.stdout)
        assert ran.returncode == 0, f"{block.page.name}:{block.line} ended with {ran.returncode}:\n{ran.stdout}"

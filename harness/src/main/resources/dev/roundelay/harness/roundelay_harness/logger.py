"""The logger that user code is given."""

from __future__ import annotations

import json
import re
import traceback
from typing import Any

from .channel import Channel

_LEVELS = {
    "debug": "debug",
    "info": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "critical": "error",
    "fatal": "error",
}
_NAME = re.compile(r"[A-Za-z][\w./-]{0,99}", re.ASCII)


class Logger:
    """Callable with a string or a dict (`type`, `msg`), and with the methods of a standard logger."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __call__(self, message: Any = "", *args: Any, **fields: Any) -> None:
        """Log a string, or a dict with `type` (info, warn, error) and `msg`."""
        if isinstance(message, dict):
            fields = {**message, **fields}
            level = _LEVELS.get(str(fields.pop("type", fields.pop("level", "info"))).lower(), "info")
            message = fields.pop("msg", fields.pop("message", ""))
            rest = json.dumps(fields, default=str) if fields else ""
            self._channel.log(level, " ".join(part for part in (str(message), rest) if part))
        else:
            self._log("info", message, args, fields)

    def debug(self, message: Any, *args: Any, **options: Any) -> None:
        """Log at level debug."""
        self._log("debug", message, args, options)

    def info(self, message: Any, *args: Any, **options: Any) -> None:
        """Log at level info."""
        self._log("info", message, args, options)

    def warning(self, message: Any, *args: Any, **options: Any) -> None:
        """Log at level warning."""
        self._log("warning", message, args, options)

    warn = warning

    def error(self, message: Any, *args: Any, **options: Any) -> None:
        """Log at level error."""
        self._log("error", message, args, options)

    critical = error

    def exception(self, message: Any, *args: Any, **options: Any) -> None:
        """Log at level error, with the traceback of the exception being handled."""
        self._log("error", message, args, {"exc_info": True, **options})

    def log(self, level: Any, message: Any, *args: Any, **options: Any) -> None:
        """Log at a level given by name or by the number of the standard library."""
        if isinstance(level, int):
            level = "debug" if level < 20 else "info" if level < 30 else "warning" if level < 40 else "error"
        self._log(_LEVELS.get(str(level).lower(), "info"), message, args, options)

    def metric(self, name: str, value: Any, step: int | None = None) -> None:
        """Send a live metric.

        Parameters
        ----------
        name : str
            A letter, then at most 99 letters, digits, `_`, `.`, `/` or `-`.
        value : Any
            A number, or something with one, such as a tensor with one element.
        step : int, optional
            Place in the series; the order of arrival if absent.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self._channel.log("warning", f"[logger.metric] {name!r} is no metric name; use letters, digits and _ . / -")
            return
        try:
            number = float(value.item() if hasattr(value, "item") else value)
        except (TypeError, ValueError, RuntimeError):
            self._channel.log("warning", f"[logger.metric {name}] {type(value).__name__} is no number; pass a float")
            return
        self._channel.metric(name, number, None if step is None else int(step))

    def _log(self, level: str, message: Any, args: tuple, options: dict[str, Any]) -> None:
        text = str(message)
        if args:
            try:
                text = text % args
            except (TypeError, ValueError):
                text = " ".join([text, *map(str, args)])
        if options.get("exc_info"):
            text += "\n" + traceback.format_exc()
        self._channel.log(level, text)

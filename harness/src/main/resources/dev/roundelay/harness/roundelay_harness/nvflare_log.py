"""Brings what NVFlare code logs into the job's log."""

from __future__ import annotations

import logging
import re
import traceback

from .channel import Channel

# log_info and its like begin each message with the context; site, round and time have columns of their own here.
_CONTEXT = re.compile(r"^\[identity=[^\]]*\]: ")


class RootHandler(logging.Handler):
    """A handler for the root logger: `log_info` of an NVFlare component goes through the standard library's loggers.

    Attributes
    ----------
    last_error : str
        The last message at level error since it was cleared, empty if there is none.
    """

    def __init__(self, channel: Channel) -> None:
        super().__init__(logging.INFO)
        self._channel = channel
        self.last_error = ""

    def install(self) -> "RootHandler":
        """Make this the root logger's handler, from level info on."""
        root = logging.getLogger()
        root.handlers[:] = [self]
        root.setLevel(logging.INFO)
        return self

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            text = _CONTEXT.sub("", record.getMessage())
        except Exception:  # noqa: BLE001 - arguments that do not fit the message's format
            text = f"{record.msg} {record.args}"
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        level = (
            "debug" if record.levelno < 20 else "info" if record.levelno < 30 else "warning" if record.levelno < 40 else "error"
        )
        if level == "error" and not text.startswith("Traceback"):
            self.last_error = " ".join(text.splitlines()[0].split())[:500] if text.strip() else self.last_error
        self._channel.log(level, text)

"""``client.workers``: which workers can serve the caller's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._http import Transport
from .models import Page, Worker, items_of


class Workers:
    """One-shot reads of the worker list."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int = 200, offset: int = 0) -> Page[Worker]:
        """Reads a page of one's own and shared workers."""
        answer = self._transport.json("GET", "/workers", query={"limit": limit, "offset": offset})
        workers = [Worker.of(raw) for raw in items_of(answer)]
        fields: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
        return Page(workers, total=int(fields.get("total", offset + len(workers))), limit=limit, offset=offset)

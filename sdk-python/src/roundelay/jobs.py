"""``client.jobs``: read, list and cancel jobs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Optional, Union
from urllib.parse import quote

from ._http import Transport
from .models import Job, JobState, Page, items_of


class Jobs:
    """One-shot calls: each asks the server once. For progress, open ``job.dashboard_url``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, job_id: str) -> Job:
        """Reads a job as it is now.

        Raises
        ------
        NotFoundError
            If there is no such job of the caller.
        """
        return Job.of(self._transport.json("GET", f"/jobs/{quote(job_id, safe='')}"))

    def list(
        self,
        limit: int = 50,
        offset: int = 0,
        *,
        state: Union[JobState, str, None] = None,
        search: Optional[str] = None,
    ) -> Page[Job]:
        """Reads a page of the caller's jobs, newest first.

        Parameters
        ----------
        limit : int
            1 to 200.
        offset : int
            Jobs to pass over.
        state, search : optional
            Only jobs in that state; only jobs whose name contains that text.
        """
        query = {"limit": limit, "offset": offset, "state": str(state) if state else None, "q": search}
        answer = self._transport.json("GET", "/jobs", query=query)
        jobs = [Job.of(raw) for raw in items_of(answer)]
        fields: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
        total = int(fields.get("total", offset + len(jobs)))
        return Page(jobs, total=total, limit=int(fields.get("limit", limit)), offset=int(fields.get("offset", offset)))

    def iterate(self, *, state: Union[JobState, str, None] = None, search: Optional[str] = None) -> Iterator[Job]:
        """Goes through all of the caller's jobs, a page at a time."""
        offset = 0
        while True:
            page = self.list(limit=200, offset=offset, state=state, search=search)
            yield from page
            offset += len(page)
            if not page or not page.has_more:
                return

    def cancel(self, job_id: str) -> Job:
        """Asks the server to stop a job.

        The answer's phase is ``stopping``; the state becomes CANCELLED when every worker that can be reached has ended
        its processes, normally within 5 s. Cancelling a cancelled job is no error.

        Raises
        ------
        ConflictError
            With code ``job_ended``, if it is FINISHED or FAILED.
        """
        return Job.of(
            self._transport.json("POST", f"/jobs/{quote(job_id, safe='')}/cancel", idempotency_key=f"cancel-{uuid.uuid4()}")
        )

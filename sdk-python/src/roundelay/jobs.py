"""``client.jobs``: read, list and cancel jobs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union
from urllib.parse import quote

from ._http import Query, Transport
from .errors import NotFoundError
from .models import Assignment, Job, JobState, LogLine, LogPage, MetricPoint, Page, Round, items_of


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

    def logs(
        self,
        job_id: str,
        *,
        site: Optional[str] = None,
        level: Optional[str] = None,
        search: Optional[str] = None,
        after: int = 0,
        limit: int = 500,
    ) -> LogPage:
        """Reads log lines, oldest first; call again with ``after=page.next`` for those that follow.

        Parameters
        ----------
        site : str, optional
            Such as ``site-1``; by default all sites and the server.
        level : str, optional
            ``info``, ``warning``, ``error``, ``debug``; several separated by commas.
        search : str, optional
            Only lines that contain this text.
        """
        query = {"site": site, "level": level, "q": search, "after": after, "limit": limit}
        answer = self._transport.json("GET", f"/jobs/{quote(job_id, safe='')}/logs", query=query)
        following = answer.get("next") if isinstance(answer, dict) else None
        return LogPage((LogLine.of(raw) for raw in items_of(answer)), next=int(following or after))

    def metrics(
        self,
        job_id: str,
        names: Optional[Iterable[str]] = None,
        *,
        site: Optional[str] = None,
        max_points: int = 10_000,
    ) -> Sequence[MetricPoint]:
        """Reads metric points by name, then round and step: ``pandas.DataFrame(client.jobs.metrics(job.id))`` is a table.

        Parameters
        ----------
        names : list of str, optional
            Only these metrics.
        site : str, optional
            Only the values of one site; by default global and site values, told apart by ``scope``.
        max_points : int
            A longer series is thinned out by the server, first and last point kept.
        """
        query = {"names": ",".join(names) if names is not None else None, "site": site, "maxPoints": max_points}
        answer = self._transport.json("GET", f"/jobs/{quote(job_id, safe='')}/metrics", query=query)
        return [MetricPoint.of(raw) for raw in items_of(answer)]

    def download_model(self, job_id: str, target: Union[str, Path], *, round: Optional[int] = None, format: str = "pt") -> Path:
        """Fetches a global model that the job kept, also while it runs.

        Parameters
        ----------
        target : path
            The file to write; it appears when it is whole.
        round : int, optional
            The model after so many rounds; by default the last one.
        format : str
            ``pt`` for ``torch.load``; ``safetensors`` can be read without torch (``safetensors.numpy.load_file``).

        Raises
        ------
        RoundelayError
            With code ``round_not_kept``, if that model was not kept.
        """
        path = Path(target)
        partial = path.with_name(f".{path.name}.part")
        query: Query = {"round": round, "format": format}
        route = f"/jobs/{quote(job_id, safe='')}/model"
        with (
            self._transport.open(route, query=query, headers={"Accept-Encoding": "identity"}) as response,
            partial.open("wb") as sink,
        ):
            for chunk in response.iter_raw():
                sink.write(chunk)
        partial.replace(path)
        return path

    def rounds(self, job_id: str) -> Sequence[Round]:
        """Reads every round so far, with what each site gave to it."""
        rounds: dict[int, Round] = {}
        while True:
            query = {"limit": 200, "offset": len(rounds)}
            answer = self._transport.json("GET", f"/jobs/{quote(job_id, safe='')}/rounds", query=query)
            page = [Round.of(raw) for raw in items_of(answer)]
            rounds.update((one.number, one) for one in page)
            total = int(answer.get("total", 0)) if isinstance(answer, dict) else 0
            if not page or len(rounds) >= total:
                return [rounds[number] for number in sorted(rounds)]

    def compare(self, job_ids: Iterable[str], names: Optional[Iterable[str]] = None) -> Mapping[str, Sequence[MetricPoint]]:
        """Reads the global metrics of up to 20 jobs, by id of the job.

        Parameters
        ----------
        names : list of str, optional
            Only these metrics.
        """
        query = {"jobs": ",".join(job_ids), "names": ",".join(names) if names is not None else None}
        answer = self._transport.json("GET", "/metrics", query=query)
        return {job: [MetricPoint.of(raw) for raw in points] for job, points in (answer.get("jobs") or {}).items()}

    def annotate(self, job_id: str, *, note: Optional[str] = None, tags: Optional[Iterable[str]] = None) -> Job:
        """Sets note or tags of a job, live or ended; ``search`` of `list` finds both. What is left out stays."""
        patch = {"note": note, "tags": None if tags is None else list(tags)}
        body = {key: value for key, value in patch.items() if value is not None}
        return Job.of(self._transport.json("PATCH", f"/jobs/{quote(job_id, safe='')}", body=body))

    def resubmit(
        self,
        job_id: str,
        *,
        from_round: Union[int, str, None] = None,
        rounds: Optional[int] = None,
        name: Optional[str] = None,
        worker_ids: Optional[Iterable[str]] = None,
    ) -> Job:
        """Sends an ended job again: the same code, the same shards, from the start or from a model that it committed.

        Parameters
        ----------
        from_round : int or "last", optional
            Go on from the global model after so many rounds; the last two are kept, the best one, and each
            `checkpoint_every`-th. By default the job starts afresh.
        rounds : int, optional
            The total of rounds; numbering goes on.
        name : str, optional
            A name of its own; with the old one, the earlier outputs move to ``jobs/<slug>/previous/<job id>/``.
        worker_ids : list of str, optional
            Exactly these workers instead of those of the job.

        Raises
        ------
        ConflictError
            With code ``inputs_changed``, naming the shards in the bucket that are other bytes now; ``job_live``;
            ``slug_in_use``.
        RoundelayError
            With code ``round_not_kept``, if that model was not kept.
        """
        wish = {
            "fromRound": from_round,
            "rounds": rounds,
            "name": name,
            "selection": None if worker_ids is None else {"workerIds": list(worker_ids)},
        }
        return Job.of(
            self._transport.json(
                "POST",
                f"/jobs/{quote(job_id, safe='')}/resubmit",
                body={key: value for key, value in wish.items() if value is not None},
                idempotency_key=f"resubmit-{uuid.uuid4()}",
            )
        )

    def assignments(self, job_id: str) -> Sequence[Assignment]:
        """Reads which worker holds which site, the current and the earlier attempts."""
        answer = self._transport.json("GET", f"/jobs/{quote(job_id, safe='')}/assignments", query={"limit": 200})
        return [Assignment.of(raw) for raw in items_of(answer)]

    def show_stack(self, job_id: str, site: str) -> Assignment:
        """Asks where the Python of a site stands: the stack of each thread comes as lines of its log within seconds.

        Raises
        ------
        NotFoundError
            If nothing runs for that site now.
        """
        live = [one for one in self.assignments(job_id) if one.site == site and one.is_live]
        if not live:
            raise NotFoundError(f"[{site}] nothing runs for it now; see jobs.assignments", code="not_found", status=404)
        path = f"/jobs/{quote(job_id, safe='')}/assignments/{quote(live[-1].id, safe='')}/stack"
        return Assignment.of(self._transport.json("POST", path))

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

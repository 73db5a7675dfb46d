"""What the server answers with, as values. A field or enum value of a newer server is kept or passed over, never an error."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Generic, Optional, TypeVar, cast

from .errors import error_of

T = TypeVar("T")
_STATUS_OF_PROBLEM = {"slug_in_use": 409, "not_found": 404, "too_many_requests": 429}
Raw = Mapping[str, Any]


class JobState(str, Enum):
    """The state of a job. A state that this version does not know keeps its own text as value."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @classmethod
    def _missing_(cls, value: object) -> Optional[JobState]:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown

    @property
    def is_terminal(self) -> bool:
        """Whether nothing changes any more."""
        return self in (JobState.FINISHED, JobState.FAILED, JobState.CANCELLED)

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class LogLine:
    """One line of a job's log; `site` is None for the server's own lines, `round` counts from 0."""

    seq: int
    time: Optional[datetime]
    site: Optional[str]
    source: str
    level: str
    round: Optional[int]
    message: str

    @classmethod
    def of(cls, raw: Raw) -> LogLine:
        return cls(
            seq=int(raw.get("seq") or 0),
            time=time_of(raw.get("time")),
            site=raw.get("site"),
            source=raw.get("source") or "",
            level=raw.get("level") or "info",
            round=raw.get("round"),
            message=raw.get("message") or "",
        )


@dataclass(frozen=True)
class Failure:
    """Why a job failed, what to do about it, and the last lines of the site that show it."""

    reason: str
    category: str
    retriable: bool
    message: str
    remedy: str
    help_url: Optional[str]
    site: Optional[str]
    log_tail: tuple[LogLine, ...] = field(repr=False)

    @classmethod
    def of(cls, raw: Raw) -> Failure:
        return cls(
            reason=raw.get("reason") or "unknown",
            category=raw.get("category") or "unknown",
            retriable=bool(raw.get("retriable")),
            message=raw.get("message") or "",
            remedy=raw.get("remedy") or "",
            help_url=raw.get("helpUrl"),
            site=raw.get("site"),
            log_tail=tuple(LogLine.of(line) for line in raw.get("logTail") or ()),
        )

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}" + (f"\n  remedy: {self.remedy}" if self.remedy else "")


@dataclass(frozen=True)
class JobWarning:
    """Something that went less than well without ending the job, and how often."""

    code: str
    message: str
    site: Optional[str]
    round: Optional[int]
    count: int

    @classmethod
    def of(cls, raw: Raw) -> JobWarning:
        return cls(
            code=raw.get("code") or "unknown",
            message=raw.get("message") or "",
            site=raw.get("site"),
            round=raw.get("round"),
            count=int(raw.get("count") or 1),
        )


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or doubtful: a code, what and where, and what to do."""

    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, raw: Raw) -> Finding:
        return cls(code=raw.get("code") or "unknown", message=raw.get("message") or "", hint=raw.get("hint") or "")

    def __str__(self) -> str:
        return f"{self.message} ({self.code})" + (f"\n    {self.hint}" if self.hint else "")


@dataclass(frozen=True)
class Preflight:
    """What a submit would meet: problems refuse it, warnings do not."""

    ok: bool
    shards: int
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @classmethod
    def of(cls, raw: Raw) -> Preflight:
        return cls(
            ok=bool(raw.get("ok")),
            shards=int(raw.get("shards") or 0),
            problems=tuple(Finding.of(one) for one in raw.get("problems") or ()),
            warnings=tuple(Finding.of(one) for one in raw.get("warnings") or ()),
        )

    def raise_for_problems(self) -> None:
        """Raises the error that a submit would, with all problems in its message.

        Raises
        ------
        ValidationError, ConflictError
            With the code of the first problem.
        """
        if self.problems:
            first = self.problems[0]
            message = "\n".join(problem.message for problem in self.problems)
            body = {"code": first.code, "message": message, "hint": first.hint}
            raise error_of(_STATUS_OF_PROBLEM.get(first.code, 400), body, None, None)

    def __str__(self) -> str:
        lines = [f"problem: {finding}" for finding in self.problems] + [f"warning: {finding}" for finding in self.warnings]
        return "\n".join(lines) or f"{self.shards} shards: nothing is wrong"


@dataclass(frozen=True)
class Job:
    """A job as it was when it was read: a thin value without connection, refreshed by ``client.jobs.get(job.id)``.

    Attributes
    ----------
    phase, phase_detail : str or None
        What it is doing within its state, as a word and in words; None once ended.
    queue_position : int or None
        From 1 while queued.
    round, rounds : int
        Committed rounds, and how many there will be.
    failure : Failure or None
        Set in the state FAILED.
    note, tags : str, tuple of str
        What ``client.jobs.annotate`` left.
    parent_id : str or None
        The job that this one was resubmitted from.
    dashboard_url : str
        The page with rounds, logs, files, model download and worker telemetry.
    """

    id: str
    name: str
    state: JobState
    slug: str = ""
    phase: Optional[str] = None
    phase_detail: Optional[str] = None
    queue_position: Optional[int] = None
    round: int = 0
    rounds: int = 0
    shards: int = 0
    created_at: Optional[datetime] = None
    started_at: Optional[datetime] = None
    ended_at: Optional[datetime] = None
    failure: Optional[Failure] = None
    warnings: tuple[JobWarning, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    tags: tuple[str, ...] = ()
    parent_id: Optional[str] = None
    dashboard_url: str = ""
    raw: Raw = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, raw: Raw) -> Job:
        failure = raw.get("failure")
        return cls(
            id=str(raw["id"]),
            name=raw.get("name") or "",
            state=JobState(raw.get("state") or "PENDING"),
            slug=raw.get("slug") or "",
            phase=raw.get("phase"),
            phase_detail=raw.get("phaseDetail"),
            queue_position=raw.get("queuePosition"),
            round=int(raw.get("round") or 0),
            rounds=int(raw.get("rounds") or 0),
            shards=int(raw.get("shards") or 0),
            created_at=time_of(raw.get("createdAt")),
            started_at=time_of(raw.get("startedAt")),
            ended_at=time_of(raw.get("endedAt")),
            failure=Failure.of(failure) if isinstance(failure, dict) else None,
            warnings=tuple(JobWarning.of(warning) for warning in raw.get("warnings") or ()),
            metrics=dict(raw.get("metrics") or {}),
            note=raw.get("note") or "",
            tags=tuple(raw.get("tags") or ()),
            parent_id=raw.get("parentId"),
            dashboard_url=raw.get("dashboardUrl") or "",
            raw=raw,
        )

    @property
    def files_out(self) -> str:
        """The folder of logs, metrics and whatever the training wrote: a prefix for ``client.files``."""
        return f"jobs/{self.slug}/files_out/"

    @property
    def model_out(self) -> str:
        """The folder of ``checkpoint.pt``: a prefix for ``client.files``."""
        return f"jobs/{self.slug}/model_out/"

    def _repr_html_(self) -> str:
        return job_html(self)


@dataclass(frozen=True)
class Assignment:
    """Which worker holds a site, the `attempt`-th time; `silent_since` is set where it shows no sign of life."""

    id: str
    site: str
    worker_id: str
    worker_name: str
    attempt: int
    state: str
    silent_since: Optional[datetime]

    @classmethod
    def of(cls, raw: Raw) -> Assignment:
        return cls(
            id=str(raw["id"]),
            site=raw.get("site") or "",
            worker_id=raw.get("workerId") or "",
            worker_name=raw.get("workerName") or "",
            attempt=int(raw.get("attempt") or 1),
            state=raw.get("state") or "",
            silent_since=time_of(raw.get("silentSince")),
        )

    @property
    def is_live(self) -> bool:
        """Whether it holds a slot of its worker."""
        return self.state in ("offered", "preparing", "ready")


@dataclass(frozen=True)
class MetricPoint:
    """One value of a metric. `scope` is ``global`` or ``site``; `step` is set where the code logged a series by step."""

    name: str
    scope: str
    site: Optional[str]
    round: Optional[int]
    step: Optional[int]
    value: float
    time: Optional[datetime]

    @classmethod
    def of(cls, raw: Raw) -> MetricPoint:
        return cls(
            name=str(raw["name"]),
            scope=raw.get("scope") or "global",
            site=raw.get("site"),
            round=raw.get("round"),
            step=raw.get("step"),
            value=float(raw["value"]),
            time=time_of(raw.get("time")),
        )


@dataclass(frozen=True)
class Contribution:
    """What one site gave to a round: `samples` it trained on, seconds in the user's code, bytes of its update."""

    shard: int
    site: str
    worker_id: str
    attempt: int
    samples: int
    seconds: float
    bytes: int
    metrics: Mapping[str, float]

    @classmethod
    def of(cls, raw: Raw) -> Contribution:
        return cls(
            shard=int(raw.get("shard") or 0),
            site=raw.get("site") or "",
            worker_id=raw.get("workerId") or "",
            attempt=int(raw.get("attempt") or 1),
            samples=int(raw.get("samples") or 0),
            seconds=float(raw.get("seconds") or 0.0),
            bytes=int(raw.get("bytes") or 0),
            metrics=dict(raw.get("metrics") or {}),
        )


@dataclass(frozen=True)
class Round:
    """A round, counted from 0. `seconds` is None until it is committed; `missing` are shards without an update."""

    number: int
    state: str
    started_at: Optional[datetime]
    committed_at: Optional[datetime]
    seconds: Optional[float]
    samples: int
    metrics: Mapping[str, float]
    contributions: tuple[Contribution, ...]
    missing: tuple[int, ...]

    @classmethod
    def of(cls, raw: Raw) -> Round:
        return cls(
            number=int(raw["number"]),
            state=raw.get("state") or "unknown",
            started_at=time_of(raw.get("startedAt")),
            committed_at=time_of(raw.get("committedAt")),
            seconds=raw.get("seconds"),
            samples=int(raw.get("samples") or 0),
            metrics=dict(raw.get("metrics") or {}),
            contributions=tuple(Contribution.of(one) for one in raw.get("contributions") or ()),
            missing=tuple(raw.get("missing") or ()),
        )


class LogPage(list[LogLine]):
    """Log lines in order; `next` is the cursor for ``after`` of the next call."""

    def __init__(self, lines: Iterable[LogLine], *, next: int) -> None:
        super().__init__(lines)
        self.next = next


@dataclass(frozen=True)
class Worker:
    """A worker that can serve the caller's jobs. Memory in MiB; prices in US cents for one GPU and hour."""

    id: str
    name: str
    state: str
    shared: bool
    slots: int
    free_slots: int
    device: str
    model: str
    memory_mb: int
    free_memory_mb: int
    price_per_gpu_hour_cents: int
    labels: Mapping[str, str]
    datasets: tuple[str, ...]
    last_seen_at: Optional[datetime]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: Raw) -> Worker:
        return cls(
            id=str(raw["id"]),
            name=raw.get("name") or "",
            state=raw.get("state") or "unknown",
            shared=bool(raw.get("shared")),
            slots=int(raw.get("slots") or 0),
            free_slots=int(raw.get("freeSlots") or 0),
            device=raw.get("device") or "",
            model=raw.get("model") or "",
            memory_mb=int(raw.get("memoryMb") or 0),
            free_memory_mb=int(raw.get("freeMemoryMb") or 0),
            price_per_gpu_hour_cents=int(raw.get("pricePerGpuHourCents") or 0),
            labels=dict(raw.get("labels") or {}),
            datasets=tuple(raw.get("datasets") or ()),
            last_seen_at=time_of(raw.get("lastSeenAt")),
            raw=raw,
        )


@dataclass(frozen=True)
class GpuModel:
    """A GPU model that workers of the server have; `id` is what ``gpu_models`` takes (``cpu``: without a GPU)."""

    id: str
    name: str
    memory_mb: int
    min_price_per_gpu_hour_cents: int
    online: int
    free: int

    @classmethod
    def of(cls, raw: Raw) -> GpuModel:
        return cls(
            id=str(raw["id"]),
            name=raw.get("name") or "",
            memory_mb=int(raw.get("memoryMb") or 0),
            min_price_per_gpu_hour_cents=int(raw.get("minPricePerGpuHourCents") or 0),
            online=int(raw.get("online") or 0),
            free=int(raw.get("free") or 0),
        )


@dataclass(frozen=True)
class StoredFile:
    """An object of the caller's bucket."""

    key: str
    size_bytes: int
    etag: str
    content_type: Optional[str]
    modified_at: Optional[datetime]

    @classmethod
    def of(cls, raw: Raw) -> StoredFile:
        return cls(
            key=str(raw["key"]),
            size_bytes=int(raw.get("sizeBytes") or 0),
            etag=(raw.get("etag") or "").strip('"'),
            content_type=raw.get("contentType"),
            modified_at=time_of(raw.get("modifiedAt")),
        )


@dataclass(frozen=True)
class Deleted:
    """How much a delete removed."""

    objects: int
    bytes: int


class Page(list[T], Generic[T]):
    """One page of a list; `total` counts all entries, on every page."""

    def __init__(self, items: Iterable[T], *, total: int, limit: int, offset: int) -> None:
        super().__init__(items)
        self.total = total
        self.limit = limit
        self.offset = offset

    @property
    def has_more(self) -> bool:
        """Whether entries follow this page."""
        return self.offset + len(self) < self.total


def time_of(text: object) -> Optional[datetime]:
    """Returns the moment of an RFC 3339 text in UTC, None if there is none or it cannot be read."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(_microseconds(text.replace("Z", "+00:00")))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


# Before 3.11, fromisoformat takes exactly 3 or 6 digits of a second; Java writes up to 9.
def _microseconds(text: str) -> str:
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}.{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}"


def job_html(job: Job) -> str:
    """Returns a job as a small table for notebooks; everything in it is escaped."""
    rows = [("state", str(job.state)), ("round", f"{job.round} of {job.rounds}")]
    if job.phase_detail:
        rows.append(("now", job.phase_detail))
    rows.extend((name, f"{value:.4g}") for name, value in sorted(job.metrics.items()))
    if job.failure is not None:
        rows += [("failure", f"{job.failure.reason}: {job.failure.message}"), ("what to do", job.failure.remedy)]
    rows.extend(("warning", warning.message) for warning in job.warnings)
    cells = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>" for name, text in rows)
    title = f"{html.escape(job.name)} <small>{html.escape(job.id)}</small>"
    # Only a web address becomes a link: the value comes from a server.
    if job.dashboard_url.startswith(("https://", "http://")):
        title = f'<a href="{html.escape(job.dashboard_url)}" target="_blank" rel="noopener">{title}</a>'
    return f"<table><caption>{title}</caption>{cells}</table>"


def items_of(answer: object) -> list[Raw]:
    """Returns the entries of a list answer, whether it is a page or a bare array."""
    found = answer.get("items") if isinstance(answer, dict) else answer
    return cast("list[Raw]", found) if isinstance(found, list) else []

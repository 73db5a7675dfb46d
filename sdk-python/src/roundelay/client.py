"""The client: everything of a server that a data scientist needs, with a URL and an API key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional, Union

import httpx

from . import _settings
from ._http import Transport
from .configs import FederationConfig, Limits, ModelConfig, TrainingConfig, selection_spec
from .errors import ValidationError
from .files import Files
from .jobs import Jobs
from .models import GpuModel, Job, Preflight, items_of
from .shards import Shard, plan, shards_of, zipped
from .source import extract_model
from .submission import StrPath, Submission, Submitter, prepare
from .uploads import UploadNotes
from .workers import Workers


class Roundelay:
    """A client of one Roundelay server. Close it, or use it in a ``with``; safe for several threads.

    URL and key come from the arguments, else from ROUNDELAY_URL and ROUNDELAY_API_KEY (RESON_BASE_URL and RESON_API_KEY of
    a ``credentials.env`` work too), else from the profile that ``roundelay login`` wrote. No request is made here.

    Parameters
    ----------
    url : str, optional
        Such as ``https://roundelay.example.org``; several servers of one installation are separated by commas.
    api_key : str, optional
        ``rsk_live_...``
    allow_http : bool
        Whether the key may go over plain HTTP to another machine.
    timeout_seconds : float
        For each wait for the server, not for a whole upload.
    max_retries : int
        How often a request that may be repeated is repeated, with growing pauses.
    read_patience_seconds : float
        How long a read is repeated if the server has answered this client before: a loop that polls rides out a restart.
    show_progress : bool, optional
        Whether uploads and downloads draw a line of progress; by default on a terminal.
    verify : bool or str
        A path is a PEM file with the authority of the server's certificate, by default what ROUNDELAY_CACERT names, else the
        known authorities. False trusts any certificate (never do that outside of a test).
    environment, profile, cache, http_transport : optional
        Stand-ins for ``os.environ``, the profile file, the folder of open uploads, and the network; for tests.

    Raises
    ------
    ConfigurationError
        If URL or key are missing or malformed, or the key would go over plain HTTP.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        api_key: Optional[str] = None,
        *,
        allow_http: bool = False,
        timeout_seconds: float = 60.0,
        max_retries: int = 6,
        read_patience_seconds: float = 60.0,
        show_progress: Optional[bool] = None,
        verify: Union[bool, str, None] = None,
        environment: Optional[Mapping[str, str]] = None,
        profile: Optional[Path] = None,
        cache: Optional[Path] = None,
        http_transport: Optional[httpx.BaseTransport] = None,
    ) -> None:
        settings = _settings.resolve(
            url=url,
            api_key=api_key,
            allow_http=allow_http,
            environment=os.environ if environment is None else environment,
            profile=profile or _settings.profile_path(),
        )
        self.url = settings.urls[0]
        self._show_progress = show_progress
        self._notes = UploadNotes((cache or Path.home() / ".cache" / "roundelay") / "uploads", self.url)
        self._transport = Transport(
            settings,
            timeout_seconds=timeout_seconds,
            max_retries=max_retries,
            read_patience_seconds=read_patience_seconds,
            transport=http_transport,
            verify=_settings.trusted(verify, os.environ if environment is None else environment),
        )
        self.jobs = Jobs(self._transport)
        self.files = Files(self._transport, show_progress=show_progress)
        self.workers = Workers(self._transport)

    def __enter__(self) -> Roundelay:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Roundelay(url={self.url!r})"

    def close(self) -> None:
        """Closes the connections to the server."""
        self._transport.close()

    def gpu_catalog(self) -> list[GpuModel]:
        """Reads the GPU models that ``gpu_models`` of rt_submit may name, with how many are online and free."""
        return [GpuModel.of(raw) for raw in items_of(self._transport.json("GET", "/gpu-catalog"))]

    def rt_submit(
        self,
        model: Union[type, str],
        name: str,
        shards_dir: Optional[StrPath] = None,
        *,
        requirements_txt: Union[StrPath, Sequence[str], None] = None,
        training: Optional[TrainingConfig] = None,
        federation: Optional[FederationConfig] = None,
        model_config: Optional[ModelConfig] = None,
        model_checkpoint: Optional[StrPath] = None,
        extra_files: Iterable[StrPath] = (),
        dataset: Optional[str] = None,
        worker_ids: Optional[Iterable[str]] = None,
        auto_select_workers: Optional[bool] = None,
        gpu_models: Optional[Iterable[str]] = None,
        max_price_per_gpu_hour: Optional[float] = None,
        estimated_memory_mb: Optional[int] = None,
        only_mine_workers: bool = False,
        limits: Optional[Limits] = None,
        priority: int = 0,
        executor: Optional[type] = None,
        persistor: Optional[type] = None,
    ) -> Job:
        """Uploads a job's code and shards, submits it, and returns at once with a thin handle.

        Shards that are in the bucket already are not sent again. Nothing waits for the job: open ``job.dashboard_url``, or
        ask now and then with ``client.jobs.get(job.id)``.

        Parameters
        ----------
        model : type or str
            The model class; ``fl_train`` and ``fl_validate`` are found beside it and their source is taken along
            (docs/source-extraction.md). Or ``"path/to/file.py:ClassName"``, which is sent without being imported.
        name : str
            Shown to people; its slug names the folder ``jobs/<slug>/``.
        shards_dir : path
            Folder with one ``*.zip`` or one sub-folder for each worker, in natural order (``shard_2`` before
            ``shard_10``). Sub-folders are zipped, the same bytes each time.
        requirements_txt : path or list of str, optional
            A requirements file, or its lines; by default torch and numpy.
        training, federation, model_config : optional
            Hyperparameters, rounds and strategy, arguments of the class.
        model_checkpoint : path, optional
            A ``state_dict`` to start from, saved by ``torch.save``.
        extra_files : paths
            Modules (``.py``), which lie beside ``model_def.py``; all else, folders too, is read-only at ``env["ASSETS"]``.
        dataset : str, optional
            A dataset that workers hold, instead of shards.
        worker_ids : list of str, optional
            Exactly these workers, as many as there are shards.
        auto_select_workers : bool, optional
            Let the server choose; the default without `worker_ids`.
        gpu_models : list of str, optional
            Catalogue ids in order of preference (``cpu`` for workers without a GPU).
        max_price_per_gpu_hour : float, optional
            Ceiling in dollars for one GPU and hour.
        estimated_memory_mb : int, optional
            GPU memory that a site needs (host memory on ``cpu``).
        only_mine_workers : bool
            No shared workers.
        limits : Limits, optional
            Time-outs and attempts.
        priority : int
            Larger goes first among one's own queued jobs.
        executor, persistor : type, optional
            NVFlare classes of the published client; refused here with the way to submit them.

        Returns
        -------
        Job

        Raises
        ------
        SourceExtractionError
            If the source cannot be taken along; nothing has been sent.
        ValidationError
            If the shards, workers or values do not fit.
        ConflictError
            With code ``slug_in_use``, while another job of that name is live.
        """
        with self._gathered(
            model,
            name,
            shards_dir,
            requirements_txt=requirements_txt,
            training=training,
            federation=federation,
            model_config=model_config,
            model_checkpoint=model_checkpoint,
            extra_files=extra_files,
            dataset=dataset,
            worker_ids=worker_ids,
            auto_select_workers=auto_select_workers,
            gpu_models=gpu_models,
            max_price_per_gpu_hour=max_price_per_gpu_hour,
            estimated_memory_mb=estimated_memory_mb,
            only_mine_workers=only_mine_workers,
            limits=limits,
            priority=priority,
            executor=executor,
            persistor=persistor,
        ) as (submission, shards):
            job, preflight = self._submitter().submit(submission)
        if self._tells():
            sys.stderr.write(after_submit(job, shards, preflight) + "\n")
        return job

    def rt_preflight(
        self, model: Union[type, str], name: str, shards_dir: Optional[StrPath] = None, **arguments: Any
    ) -> Preflight:
        """Checks a job as rt_submit would, with the same arguments, and sends and creates nothing.

        Returns
        -------
        Preflight
            Its ``problems`` would refuse the job; its ``warnings`` tell of missing or busy workers, another Python
            there, too little disk, memory or quota. ``print`` it.

        Raises
        ------
        SourceExtractionError, ValidationError
            For what is wrong on this side already.
        """
        with self._gathered(model, name, shards_dir, **arguments) as (submission, _):
            return self._submitter().preflight(submission)

    def _submitter(self) -> Submitter:
        return Submitter(self._transport, self.files, self._notes, show_progress=self._show_progress)

    @contextmanager
    def _gathered(
        self,
        model: Union[type, str],
        name: str,
        shards_dir: Optional[StrPath],
        *,
        requirements_txt: Union[StrPath, Sequence[str], None] = None,
        training: Optional[TrainingConfig] = None,
        federation: Optional[FederationConfig] = None,
        model_config: Optional[ModelConfig] = None,
        model_checkpoint: Optional[StrPath] = None,
        extra_files: Iterable[StrPath] = (),
        dataset: Optional[str] = None,
        limits: Optional[Limits] = None,
        priority: int = 0,
        executor: Optional[type] = None,
        persistor: Optional[type] = None,
        **selection: Any,
    ) -> Iterator[tuple[Submission, list[Shard]]]:
        if executor is not None or persistor is not None:
            raise ValidationError(
                "[executor, persistor] NVFlare classes travel in a workspace of NVFlare's form; submit this job with the "
                "package resontech against the same server, or move the code into fl_train",
                code="unsupported_workflow",
            )
        model_config = model_config or ModelConfig()
        shards = shards_of(shards_dir, dataset)
        with zipped(shards) as zips:
            submission = prepare(
                name=name,
                extracted=extract_model(model, train_fn=model_config.train_fn, validate_fn=model_config.validate_fn),
                shards=shards,
                zips=zips,
                dataset=dataset,
                requirements_txt=requirements_txt,
                model_checkpoint=model_checkpoint,
                extra_files=extra_files,
                training=training or TrainingConfig(),
                federation=federation or FederationConfig(),
                model_config=model_config,
                selection=selection_spec(**selection),
                limits=limits,
                priority=priority,
            )
            yield submission, shards

    def _tells(self) -> bool:
        return sys.stderr.isatty() if self._show_progress is None else self._show_progress


def rt_submit(model: Union[type, str], name: str, shards_dir: Optional[StrPath] = None, **arguments: Any) -> Job:
    """Submits a job to the server that the environment or ``roundelay login`` names.

    Takes the arguments of `Roundelay.rt_submit`.
    """
    with Roundelay() as client:
        return client.rt_submit(model, name, shards_dir, **arguments)


def rt_preflight(model: Union[type, str], name: str, shards_dir: Optional[StrPath] = None, **arguments: Any) -> Preflight:
    """Checks a job against the server that the environment or ``roundelay login`` names; nothing is sent or created.

    Takes the arguments of `Roundelay.rt_submit`.
    """
    with Roundelay() as client:
        return client.rt_preflight(model, name, shards_dir, **arguments)


def after_submit(job: Job, shards: list[Shard], preflight: Preflight) -> str:
    """Returns what was sent where, what may go less than well, and what to do next."""
    lines = [f"{job.name}: {job.id}", *(f"  warning   {finding}" for finding in preflight.warnings)]
    if shards:
        lines.append(plan(shards))
    return "\n".join(
        [
            *lines,
            f"  watch     {job.dashboard_url}",
            f'  ask       client.jobs.get("{job.id}")',
            f'  log       client.jobs.logs("{job.id}")',
            f'  stop      client.jobs.cancel("{job.id}")',
            f'  outputs   client.files.list("{job.files_out}"), client.files.list("{job.model_out}")',
        ]
    )

"""Turns the arguments of ``rt_submit`` into a job: gather, check, upload what has changed, submit."""

from __future__ import annotations

import json
import platform
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union

from ._http import Transport
from .configs import FederationConfig, Limits, ModelConfig, TrainingConfig
from .errors import ValidationError
from .files import Files
from .models import Job, Preflight, StoredFile
from .progress import Progress
from .shards import Shard
from .source import Extracted
from .sources import FileSource, Source, TextSource
from .uploads import UploadNotes, Uploads

StrPath = Union[str, Path]
_DEFAULT_REQUIREMENTS = "torch\nnumpy\n"


@dataclass(frozen=True)
class Submission:
    """Everything of a job, on this side of the network: the objects to store and the specification."""

    slug: str
    spec: Mapping[str, Any]
    objects: Mapping[str, Source]
    folders: Sequence[str] = field(default=())
    shards: Sequence[str] = field(default=())

    def manifest(self) -> Mapping[str, Any]:
        """Returns what will be uploaded, for a preflight: keys, sizes, requirements, and the Python that runs here."""
        requirements = self.objects[self.spec["requirements"]].open().read().decode()
        return {
            "files": [_announced(key, source) for key, source in self.objects.items()],
            "requirements": requirements,
            "python": platform.python_version(),
        }


def prepare(
    *,
    name: str,
    extracted: Extracted,
    shards: Sequence[Shard],
    zips: Sequence[Path],
    dataset: Optional[str],
    requirements_txt: Union[StrPath, Sequence[str], None],
    model_checkpoint: Optional[StrPath],
    extra_files: Iterable[StrPath],
    training: TrainingConfig,
    federation: FederationConfig,
    model_config: ModelConfig,
    selection: Mapping[str, Any],
    limits: Optional[Limits],
    priority: int,
) -> Submission:
    """Reads what is to be sent and checks all that can be checked here, before anything is uploaded.

    `zips` are the files of `shards`, in the same order.

    Raises
    ------
    ValidationError
        With the code that the server would give: no shards, a shard that is no zip, a count that does not fit.
    """
    slug = slug_of(name)
    root = f"jobs/{slug}/"
    objects: dict[str, Source] = {f"{root}scripts/{path}": TextSource.of(text) for path, text in extracted.files.items()}
    requirements = f"{root}requirements/requirements.txt"
    objects[requirements] = TextSource.of(_requirements(requirements_txt))
    objects.update({f"{root}shards/{shard.name}": FileSource.of(path) for shard, path in zip(shards, zips)})
    _require_matching_workers(selection, len(shards))
    assets = _extra_objects(root, extra_files, objects)
    checkpoint = None
    if model_checkpoint is not None:
        path = _existing(model_checkpoint, "model_checkpoint")
        checkpoint = f"{root}model/{path.name}"
        objects[checkpoint] = FileSource.of(path)
    spec = {
        "name": name,
        "scripts": f"{root}scripts/",
        "assets": f"{root}assets/" if assets else None,
        "requirements": requirements,
        "shards": f"{root}shards/" if shards else None,
        "dataset": dataset,
        "checkpoint": checkpoint,
        "model": model_config.to_spec(extracted.class_name),
        "training": training.to_spec(),
        "federation": federation.to_spec(),
        "selection": dict(selection),
        "limits": limits.to_spec() if limits else None,
        "priority": priority,
    }
    return Submission(
        slug=slug,
        spec=_as_json({key: value for key, value in spec.items() if value is not None}),
        objects=objects,
        folders=tuple(f"{root}{folder}/" for folder in ("scripts", "assets", "requirements", "shards", "model")),
        shards=tuple(shard.name for shard in shards),
    )


class Submitter:
    """Uploads and submits; each step can be repeated, so a submit that was cut is simply called again."""

    def __init__(self, transport: Transport, files: Files, notes: UploadNotes, *, show_progress: Optional[bool]) -> None:
        self._transport = transport
        self._files = files
        self._uploads = Uploads(transport, files, notes)
        self._show_progress = show_progress

    def submit(self, submission: Submission) -> tuple[Job, Preflight]:
        """Makes the bucket's ``jobs/<slug>/`` equal to the submission and creates the job, exactly once.

        Gigabytes are not sent for a job that will be refused: the preflight comes first, and its problems are raised.
        """
        answer = self.preflight(submission)
        answer.raise_for_problems()
        stored = {file.key: file for folder in submission.folders for file in self._files.list(folder)}
        for key, source in submission.objects.items():
            self._store(key, source, stored.get(key))
        for key in stored:
            if key not in submission.objects:
                self._files.delete(key)
        created = self._transport.json("POST", "/jobs", body=submission.spec, idempotency_key=f"submit-{uuid.uuid4()}")
        return Job.of(created), answer

    def preflight(self, submission: Submission) -> Preflight:
        """Asks the server what it would say of the submission; nothing is sent but names and sizes."""
        body = {**submission.spec, "manifest": submission.manifest()}
        key = f"preflight-{uuid.uuid4()}"
        return Preflight.of(self._transport.json("POST", "/jobs/preflight", body=body, idempotency_key=key))

    def _store(self, key: str, source: Source, stored: Optional[StoredFile]) -> None:
        label = key.rsplit("/", 1)[-1]
        with Progress(label, source.size_bytes, shown=self._show_progress) as progress:
            self._uploads.send(key, source, content_type=_content_type(key), stored=stored, advance=progress.advance)


def _announced(key: str, source: Source) -> Mapping[str, Any]:
    announced: dict[str, Any] = {"key": key, "sizeBytes": source.size_bytes}
    if isinstance(source, FileSource) and "/shards/" in key:
        with zipfile.ZipFile(source.path) as archive:
            announced["unpackedBytes"] = sum(entry.file_size for entry in archive.infolist())
    return announced


def slug_of(name: str) -> str:
    """Returns the folder name of a job: lower case, spaces as ``-``, nothing but letters, digits, ``-`` and ``_``."""
    text = name.strip().lower().replace(" ", "-")
    return "".join(char for char in text if char.isalnum() or char in "-_") or "job"


def _require_matching_workers(selection: Mapping[str, Any], shards: int) -> None:
    workers = selection.get("workerIds")
    if workers is None or not shards:
        return
    if len(set(workers)) != len(workers):
        raise ValidationError("[worker_ids] a worker stands twice; name each once", code="duplicate_worker")
    if len(workers) != shards:
        raise ValidationError(
            f"[worker_ids] {len(workers)} workers for {shards} shards; "
            "name exactly one worker for each shard, re-upload shards to match, or use auto_select_workers=True",
            code="shard_count_mismatch",
            details={"shards": shards, "workers": len(workers)},
        )


def _requirements(given: Union[StrPath, Sequence[str], None]) -> str:
    if given is None:
        return _DEFAULT_REQUIREMENTS
    if isinstance(given, (str, Path)):
        return _existing(given, "requirements_txt").read_text(encoding="utf-8")
    return "".join(f"{line}\n" for line in given)


def _extra_objects(root: str, extra_files: Iterable[StrPath], objects: dict[str, Source]) -> bool:
    has_assets = False
    if isinstance(extra_files, (str, Path)):
        extra_files = [extra_files]
    for given in extra_files:
        path = _existing(given, "extra_files", folder_too=True)
        members = sorted(member for member in path.rglob("*") if member.is_file()) if path.is_dir() else [path]
        for member in members:
            relative = member.relative_to(path.parent).as_posix()
            is_module = path.is_file() and path.suffix == ".py"
            key = f"{root}{'scripts' if is_module else 'assets'}/{relative}"
            if key in objects:
                raise ValidationError(f"[extra_files] {relative} is there already; rename one", code="invalid_request")
            objects[key] = FileSource.of(member)
            has_assets |= not is_module
    return has_assets


def _existing(given: StrPath, argument: str, *, folder_too: bool = False) -> Path:
    path = Path(given).expanduser()
    if not (path.is_file() or (folder_too and path.is_dir())):
        raise ValidationError(f"[{argument}] there is no file {path}", code="invalid_request")
    return path


def _as_json(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        json.dumps(spec, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValidationError(
            f"[model_args, extra or strategy_args] {error}; only text, numbers, true, false, null, lists and dicts "
            "can be sent, so build other objects inside the model or fl_train",
            code="invalid_request",
        ) from error
    return spec


def _content_type(key: str) -> str:
    suffix = key.rsplit(".", 1)[-1]
    return {"py": "text/x-python", "txt": "text/plain", "zip": "application/zip"}.get(suffix, "application/octet-stream")


__all__ = ["Submission", "Submitter", "prepare", "slug_of"]

"""``rt_try``: one round of a job on this machine, in the sandbox and by the checks of a worker, without a server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union

from .configs import ModelConfig, TrainingConfig
from .errors import ConfigurationError
from .source import extract_model

_WOULD_FAIL = 10


@dataclass(frozen=True)
class TrialFailure:
    """Why a job would fail: the reason of the catalogue, ``[where] what; what to do``, and the traceback or last lines."""

    reason: str
    message: str
    detail: Optional[str]

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}" + (f"\n{self.detail}" if self.detail else "")


@dataclass(frozen=True)
class TrialResult:
    """What one round gave. `files` are paths in ``out_dir``; `seconds` were spent in ``fl_train``."""

    ok: bool
    samples: int
    seconds: float
    model_bytes: int
    training: Mapping[str, float]
    validation: Mapping[str, float]
    files: tuple[str, ...]
    warnings: tuple[str, ...]
    failure: Optional[TrialFailure] = field(default=None)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> TrialResult:
        failure = raw.get("failure")
        return cls(
            ok=bool(raw.get("ok")),
            samples=int(raw.get("samples") or 0),
            seconds=float(raw.get("seconds") or 0.0),
            model_bytes=int(raw.get("modelBytes") or 0),
            training=dict(raw.get("training") or {}),
            validation=dict(raw.get("validation") or {}),
            files=tuple(raw.get("files") or ()),
            warnings=tuple(raw.get("warnings") or ()),
            failure=TrialFailure(failure["reason"], failure["message"], failure.get("detail")) if failure else None,
        )


def rt_try(
    model: Union[type, str],
    shard: Union[str, Path],
    *,
    requirements_txt: Union[str, Path, Sequence[str], None] = None,
    training: Optional[TrainingConfig] = None,
    model_config: Optional[ModelConfig] = None,
    model_checkpoint: Union[str, Path, None] = None,
    extra_files: Iterable[Union[str, Path]] = (),
    seed: int = 0,
    python: Union[str, Path, None] = None,
    isolation: str = "bubblewrap",
    roundelay: Union[str, Path, None] = None,
) -> TrialResult:
    """Trains one round on one shard here, as a worker would: the same environment, sandbox, checks and messages.

    Lines of the code are shown while it runs. Needs the program ``roundelay`` (and with it Java) on this machine; a server
    is not asked.

    Parameters
    ----------
    model, requirements_txt, training, model_config, model_checkpoint, extra_files
        As for `rt_submit`.
    shard : path
        A zip, or a folder as it would be unpacked.
    python : path, optional
        The interpreter on which the environment is built; by default ``python3`` of the PATH.
    isolation : str
        ``none`` where this machine has no bubblewrap: the code then runs unprotected.
    roundelay : path, optional
        The program; by default ROUNDELAY_PROGRAM, else ``roundelay`` of the PATH or beside this interpreter.

    Raises
    ------
    SourceExtractionError
        If the source cannot be taken along.
    ConfigurationError
        If the program is not there, or an option is wrong.
    """
    training = training or TrainingConfig()
    model_config = model_config or ModelConfig()
    program = _program(roundelay)
    taken = extract_model(model, train_fn=model_config.train_fn, validate_fn=model_config.validate_fn)
    with tempfile.TemporaryDirectory(prefix="roundelay-try-") as scratch:
        code = Path(scratch) / "scripts"
        for path, text in taken.files.items():
            _write(code / path, text)
        command = [str(program), "try", str(code), "--json", "--shard", str(Path(shard).expanduser())]
        command += _options(taken.class_name, training, model_config, seed, isolation)
        if python is not None:
            command += ["--python", str(python)]
        if model_checkpoint is not None:
            command += ["--checkpoint", str(Path(model_checkpoint).expanduser())]
        if requirements_txt is not None:
            command += ["--requirements", str(_requirements(requirements_txt, Path(scratch)))]
        for given in [extra_files] if isinstance(extra_files, (str, Path)) else extra_files:
            extra = Path(given).expanduser()
            if extra.is_file() and extra.suffix == ".py":
                shutil.copy(extra, code / extra.name)
            else:
                command += ["--asset", str(extra)]
        return _run(command)


def _run(command: Sequence[str]) -> TrialResult:
    last = ""
    # Lines are passed on through this process's own stream, so that notebooks show them too. The result goes to a file: a
    # pipe that nobody reads yet would stop the program when it is full.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as result:
        # The caller's own program and paths, and no shell.
        with subprocess.Popen(  # noqa: S603
            command, stdout=result, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            for line in process.stderr or ():
                last = line
                sys.stderr.write(line)
            code = process.wait()
        result.seek(0)
        answer = result.read()
    if code not in (0, _WOULD_FAIL):
        raise ConfigurationError(f"[roundelay try] {last.strip() or f'ended with {code}'}")
    return TrialResult.of(json.loads(answer))


def _options(
    class_name: Optional[str], training: TrainingConfig, model_config: ModelConfig, seed: int, isolation: str
) -> list[str]:
    spec = training.to_spec()
    options = ["--seed", str(seed), "--isolation", isolation]
    options += ["--local-epochs", str(spec["localEpochs"]), "--batch-size", str(spec["batchSize"])]
    options += ["--learning-rate", str(spec["learningRate"])]
    options += ["--train-fn", model_config.train_fn, "--validate-fn", model_config.validate_fn]
    if class_name:
        options += ["--class", class_name]
    for option, values in (("--extra", spec["extra"]), ("--model-arg", model_config.model_args)):
        for name, value in values.items():
            options += [option, f"{name}={json.dumps(value)}"]
    return options


def _program(given: Union[str, Path, None]) -> Path:
    named = given or os.environ.get("ROUNDELAY_PROGRAM") or shutil.which("roundelay")
    # Beside this interpreter, where the environment that both were installed into is not activated.
    named = named or shutil.which("roundelay", path=sysconfig.get_path("scripts"))
    if not named or not Path(named).is_file():
        raise ConfigurationError(
            "[roundelay] the program is not on the PATH; give roundelay=PATH, or set ROUNDELAY_PROGRAM to its path "
            "(dist/roundelay/bin/roundelay)"
        )
    return Path(named)


def _requirements(given: Union[str, Path, Sequence[str]], scratch: Path) -> Path:
    if isinstance(given, (str, Path)):
        return Path(given).expanduser()
    return _write(scratch / "requirements.txt", "".join(f"{line}\n" for line in given))


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path

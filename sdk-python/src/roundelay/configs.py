"""What a job is told: training, federation, model, limits. Each value turns itself into its part of the job specification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Optional, Union

from .errors import ValidationError


@dataclass
class TrainingConfig:
    """What ``env`` of ``fl_train`` carries: EPOCHS, BATCH_SIZE, LR, and every key of `extra` under its own name."""

    local_epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 1e-3
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_spec(self) -> dict[str, Any]:
        return {
            "localEpochs": self.local_epochs,
            "batchSize": self.batch_size,
            "learningRate": self.learning_rate,
            "extra": dict(self.extra),
        }


@dataclass
class SelectConfig:
    """Which model is the best one, by a validation metric; with `patience` or `target` the job may end early."""

    metric: str
    mode: str = "max"
    patience: Optional[int] = None
    target: Optional[float] = None

    def to_spec(self) -> dict[str, Any]:
        return _without_none(metric=self.metric, mode=self.mode, patience=self.patience, target=self.target)


@dataclass
class FederationConfig:
    """How the rounds run.

    Attributes
    ----------
    num_rounds : int
        1 or more.
    min_clients : int or None
        A round may close with so many answers; None means all shards.
    wait_time_after_min_received : float
        Seconds that a round stays open for the others after that.
    strategy : str
        Name of the strategy, with `strategy_args` for it.
    quantization : str or None
        Encoding of transferred weights, such as ``float16``.
    select : SelectConfig or None
        Which model is the best one.
    checkpoint_every : int
        Keep the model after every so many rounds; 0 keeps none but the last.
    on_site_error : str
        ``fail``, or ``continue`` without the site that failed.
    sample : float, int or None
        Part of the shards that a round asks: a fraction below 1.0, or a count.
    simulation_slots : int or None
        So many slots play all sites in turn, instead of a worker for each.
    """

    num_rounds: int = 5
    min_clients: Optional[int] = None
    wait_time_after_min_received: float = 10
    strategy: str = "fed_avg"
    strategy_args: Mapping[str, Any] = field(default_factory=dict)
    quantization: Optional[str] = None
    seed: int = 0
    select: Optional[SelectConfig] = None
    checkpoint_every: int = 0
    on_site_error: str = "fail"
    sample: Union[float, int, None] = None
    simulation_slots: Optional[int] = None

    def to_spec(self) -> dict[str, Any]:
        return _without_none(
            rounds=self.num_rounds,
            minClients=self.min_clients,
            waitAfterMinSeconds=self.wait_time_after_min_received,
            strategy={"name": self.strategy, "args": dict(self.strategy_args)},
            quantization=self.quantization,
            seed=self.seed,
            select=self.select.to_spec() if self.select else None,
            checkpointEvery=self.checkpoint_every,
            onSiteError=self.on_site_error,
            sample=self._sample(),
            simulation={"slots": self.simulation_slots} if self.simulation_slots is not None else None,
        )

    def _sample(self) -> Optional[dict[str, Any]]:
        if self.sample is None:
            return None
        return {"count": self.sample} if isinstance(self.sample, int) else {"fraction": self.sample}


@dataclass
class ModelConfig:
    """How the model is built and what the functions are called.

    `model_args` are the keyword arguments of the class; they have to be JSON.
    """

    model_args: Mapping[str, Any] = field(default_factory=dict)
    train_fn: str = "fl_train"
    validate_fn: str = "fl_validate"

    def to_spec(self, class_name: str) -> dict[str, Any]:
        return {
            "module": "model_def",
            "class": class_name,
            "args": dict(self.model_args),
            "trainFn": self.train_fn,
            "validateFn": self.validate_fn,
        }


@dataclass
class Limits:
    """The bounds of a job in seconds; None takes the server's default."""

    queue_timeout_seconds: Optional[float] = None
    prepare_timeout_seconds: Optional[float] = None
    recovery_timeout_seconds: Optional[float] = None
    round_timeout_seconds: Optional[float] = None
    max_duration_seconds: Optional[float] = None
    max_attempts: Optional[int] = None

    def to_spec(self) -> dict[str, Any]:
        return _without_none(
            queueTimeoutSeconds=self.queue_timeout_seconds,
            prepareTimeoutSeconds=self.prepare_timeout_seconds,
            recoveryTimeoutSeconds=self.recovery_timeout_seconds,
            roundTimeoutSeconds=self.round_timeout_seconds,
            maxDurationSeconds=self.max_duration_seconds,
            maxAttempts=self.max_attempts,
        )


def selection_spec(
    *,
    worker_ids: Optional[Iterable[str]] = None,
    auto_select_workers: Optional[bool] = None,
    gpu_models: Optional[Iterable[str]] = None,
    max_price_per_gpu_hour: Optional[float] = None,
    estimated_memory_mb: Optional[int] = None,
    only_mine_workers: bool = False,
) -> dict[str, Any]:
    """Turns the worker arguments of ``rt_submit`` into the specification's `selection`.

    Named workers win over automatic selection; the price ceiling in dollars becomes whole cents, rounded down.

    Raises
    ------
    ValidationError
        If neither workers are named nor automatic selection is allowed.
    """
    _refuse_text("worker_ids", worker_ids)
    _refuse_text("gpu_models", gpu_models)
    if worker_ids is not None:
        return {"workerIds": list(worker_ids)}
    if auto_select_workers is False:
        raise ValidationError(
            "[selection] auto_select_workers=False and no worker_ids; "
            "name exactly one worker for each shard, or leave auto_select_workers out",
            code="invalid_request",
        )
    return {
        "auto": _without_none(
            gpuModels=list(gpu_models) if gpu_models is not None else None,
            maxPricePerGpuHourCents=_cents(max_price_per_gpu_hour),
            estimatedMemoryMb=estimated_memory_mb,
            onlyMine=True if only_mine_workers else None,
        )
    }


# A string is iterable too: worker_ids="wrk_1" would ask for workers w, r, k, ...
def _refuse_text(name: str, value: object) -> None:
    if isinstance(value, str):
        raise ValidationError(f"[{name}] is a text; write it as a list: [{value!r}]", code="invalid_request")


def _cents(dollars: Optional[float]) -> Optional[int]:
    if dollars is None:
        return None
    amount = Decimal(str(dollars))
    if not amount.is_finite() or amount < 0:
        raise ValidationError(f"[max_price_per_gpu_hour] {dollars} is no price", code="invalid_request")
    return int((amount * 100).to_integral_value(rounding=ROUND_FLOOR))


def _without_none(**entries: Any) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if value is not None}

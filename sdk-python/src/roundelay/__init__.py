"""Roundelay for Python: submit federated training jobs, and read their state, files and workers.

>>> from roundelay import Roundelay  # doctest: +SKIP
>>> job = Roundelay().rt_submit(Net, "digits", "shards")  # doctest: +SKIP
>>> job.dashboard_url  # doctest: +SKIP
"""

from ._version import __version__
from .client import Roundelay, rt_preflight, rt_submit
from .configs import FederationConfig, Limits, ModelConfig, SelectConfig, TrainingConfig
from .errors import (
    AuthError,
    ConfigurationError,
    ConflictError,
    ConnectionError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
    RoundelayError,
    ServerError,
    SourceExtractionError,
    ValidationError,
)
from .models import (
    Assignment,
    Contribution,
    Deleted,
    Failure,
    Finding,
    GpuModel,
    Job,
    JobState,
    JobWarning,
    LogLine,
    LogPage,
    MetricPoint,
    Page,
    Preflight,
    Round,
    StoredFile,
    Worker,
)
from .trial import TrialFailure, TrialResult, rt_try

__all__ = [
    "Assignment",
    "AuthError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionError",
    "Contribution",
    "Deleted",
    "Failure",
    "FederationConfig",
    "Finding",
    "GpuModel",
    "Job",
    "JobState",
    "JobWarning",
    "Limits",
    "LogLine",
    "LogPage",
    "MetricPoint",
    "ModelConfig",
    "NotFoundError",
    "Page",
    "Preflight",
    "QuotaExceededError",
    "RateLimitError",
    "Round",
    "Roundelay",
    "RoundelayError",
    "SelectConfig",
    "ServerError",
    "SourceExtractionError",
    "StoredFile",
    "TrainingConfig",
    "TrialFailure",
    "TrialResult",
    "ValidationError",
    "Worker",
    "__version__",
    "rt_preflight",
    "rt_submit",
    "rt_try",
]

"""Submits a job with the published client, follows it, reads what the client can read, and prints that as JSON.

Arguments: the API's address, address of the dashboard, name of the job, folder with shards, rounds, epochs, learning rate.
"""

import inspect
import json
import os
import sys
import threading

from line_model import Model
from resontech import FederationConfig, JobState, ResonTech, ResonTechConfig, TrainingConfig

base_url, dashboard_url, name, shards, rounds, epochs, rate = sys.argv[1:]
sdk = ResonTech(
    ResonTechConfig(
        base_url=base_url,
        dashboard_url=dashboard_url,
        s3_endpoint=os.environ["RESON_S3_ENDPOINT"],
        s3_access_key_id=os.environ["RESON_S3_KEY"],
        s3_secret_access_key=os.environ["RESON_S3_SECRET"],
        platform_api_key=os.environ["RESON_API_KEY"],
    )
)
newer = "gpu_models" in inspect.signature(sdk.rt_submit).parameters
selection = {"gpu_models": ["cpu"], "max_price_per_gpu_hour": 1.0} if newer else {"auto_select_workers": True}
job = sdk.rt_submit(
    Model,
    name,
    shards,
    training=TrainingConfig(local_epochs=int(epochs), learning_rate=float(rate)),
    federation=FederationConfig(num_rounds=int(rounds), min_clients=len(os.listdir(shards))),
    **selection,
)
states = [job.state.name]
for _ in range(600):
    now = sdk.jobs.get(job.id)
    if now.state.name != states[-1]:
        states.append(now.state.name)
    if now.state in (JobState.FINISHED, JobState.FAILED):
        break
    threading.Event().wait(0.2)

inner = sdk.dashboard.list_nvflare_jobs(job.id)["jobs"][0]["job_id"]
progress = sdk.dashboard.training_progress(job.id, inner, "server")
stats = sdk.dashboard.worker_stats()
print(
    json.dumps(
        {
            "id": job.id,
            "states": states,
            "pages": [[one.id for one in sdk.jobs.list(limit=1, offset=offset)] for offset in range(2)],
            "currentRound": progress.current_round,
            "numRounds": progress.num_rounds,
            "online": stats.online_count,
            "models": [worker.model for worker in stats.workers],
        }
    )
)

"""Submits a job with NVFlare classes by the published client and prints its id.

Arguments: the API's address, name of the job, folder with shards, rounds, epochs, learning rate, then any of
`executor`, `persistor`, `filter`, `checkpoint=FILE`, `answer=KIND`.
"""

import os
import sys

from flare_executor import LineExecutor
from flare_model import Model
from flare_persistor import JsonPersistor
from resontech import FederationConfig, ResonTech, ResonTechConfig, TrainingConfig

base_url, name, shards, rounds, epochs, rate, *wishes = sys.argv[1:]
named = dict(wish.split("=", 1) for wish in wishes if "=" in wish)
zero = {"id": "zero", "path": "custom_persistor.Zero", "args": {"name": "b"}}
sdk = ResonTech(
    ResonTechConfig(
        base_url=base_url,
        dashboard_url=base_url,
        s3_endpoint=os.environ["RESON_S3_ENDPOINT"],
        s3_access_key_id=os.environ["RESON_S3_KEY"],
        s3_secret_access_key=os.environ["RESON_S3_SECRET"],
        platform_api_key=os.environ["RESON_API_KEY"],
    )
)
job = sdk.rt_submit(
    Model,
    name,
    shards,
    training=TrainingConfig(
        local_epochs=int(epochs),
        learning_rate=float(rate),
        extra={"answer": named["answer"]} if "answer" in named else {},
    ),
    federation=FederationConfig(
        num_rounds=int(rounds),
        min_clients=len(os.listdir(shards)),
        extra_client_filters=[{"tasks": ["train"], "filters": [zero]}] if "filter" in wishes else [],
    ),
    executor=LineExecutor if "executor" in wishes else None,
    persistor=JsonPersistor if "persistor" in wishes else None,
    model_checkpoint=named.get("checkpoint"),
    gpu_models=["cpu"],
    max_price_per_gpu_hour=1.0,
)
print(job.id)

# %% [markdown]
# # LoRA with transformers and peft
#
# Only the LoRA matrices and the classifier leave a site; the base network stays as it is. Server and key come from
# `roundelay login`, or from `ROUNDELAY_URL` and `ROUNDELAY_API_KEY`. Needs `roundelay`, `torch`, `transformers` and `peft`.

# %%
import subprocess
import sys

subprocess.run([sys.executable, "prepare.py"], check=True)

# %% model_def.py

# %%
model = Reviews()
whole = sum(tensor.numel() for tensor in model.state_dict().values())
part = sum(tensor.numel() for tensor in tuned(model).values())
print(f"{part:,} of {whole:,} weights are trained and sent")

# %%
import time

from roundelay import FederationConfig, Roundelay, TrainingConfig

client = Roundelay()
job = client.rt_submit(
    Reviews,
    "lora notebook",
    "data/shards",
    requirements_txt=["torch", "transformers", "peft"],
    training=TrainingConfig(local_epochs=3, learning_rate=1e-2),
    federation=FederationConfig(num_rounds=2),
)
while not job.state.is_terminal:
    time.sleep(1)
    job = client.jobs.get(job.id)
assert job.failure is None, job.failure
job

# %% [markdown]
# What a site sent, against what the whole model would have been:

# %%
sent = [given.bytes for one in client.jobs.rounds(job.id) for given in one.contributions]
print(f"{max(sent):,} bytes an update; accuracy {job.metrics['accuracy']:.3f}")

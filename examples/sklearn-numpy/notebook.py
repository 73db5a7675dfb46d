# %% [markdown]
# # scikit-learn, without torch
#
# A model class needs `state_dict` and `load_state_dict` with numpy arrays, nothing else. Server and key come from
# `roundelay login`, or from `ROUNDELAY_URL` and `ROUNDELAY_API_KEY`. Needs `roundelay`, `scikit-learn` and `safetensors`.

# %%
import subprocess
import sys

subprocess.run([sys.executable, "../digits/prepare.py", "--out", "data"], check=True)

# %% model_def.py

# %%
import time

from roundelay import FederationConfig, Roundelay, TrainingConfig

client = Roundelay()
job = client.rt_submit(
    DigitsClassifier,
    "sklearn notebook",
    "data/shards",
    requirements_txt=["scikit-learn", "numpy"],
    training=TrainingConfig(local_epochs=5, learning_rate=0.05),
    federation=FederationConfig(num_rounds=3),
)
while not job.state.is_terminal:
    time.sleep(1)
    job = client.jobs.get(job.id)
assert job.failure is None, job.failure
job

# %% [markdown]
# The model comes as safetensors, which numpy reads without torch.

# %%
from safetensors.numpy import load_file

model = DigitsClassifier()
model.load_state_dict(load_file(client.jobs.download_model(job.id, "data/model.safetensors", format="safetensors")))
held_out = model.estimator().score(*load("data/heldout.npz"))
print(f"held-out accuracy: {held_out:.4f}")

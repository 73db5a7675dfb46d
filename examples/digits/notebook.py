# %% [markdown]
# # Digits in a notebook
#
# The model and its functions are defined in cells; `rt_submit` takes their source along. Server and key come from
# `roundelay login`, or from `ROUNDELAY_URL` and `ROUNDELAY_API_KEY`. Needs `roundelay`, `torch`, `pandas`, `matplotlib` and,
# for the data, `scikit-learn`.

# %%
import subprocess
import sys

subprocess.run([sys.executable, "prepare.py"], check=True)

# %% model_def.py

# %% [markdown]
# ## Submit
#
# Nothing waits: the job runs on the server, whatever becomes of this notebook.

# %%
from roundelay import FederationConfig, Roundelay, SelectConfig, TrainingConfig

client = Roundelay()
job = client.rt_submit(
    DigitsNet,
    "digits notebook",
    "data/shards",
    requirements_txt=["torch", "numpy"],
    training=TrainingConfig(local_epochs=5, learning_rate=0.05),
    federation=FederationConfig(num_rounds=4, select=SelectConfig("accuracy")),
)
job

# %% [markdown]
# ## Look now and then
#
# A loop of one's own. `job.dashboard_url` shows the same and more.

# %%
import time

while not job.state.is_terminal:
    time.sleep(1)
    job = client.jobs.get(job.id)
assert job.failure is None, job.failure
job

# %% [markdown]
# ## Curves
#
# Each metric point is a row: values of the whole job by round, and of each site by round or, where the code logged them live,
# by step.

# %%
import pandas as pd

points = pd.DataFrame(client.jobs.metrics(job.id))
by_round = points[points.step.isna()]
accuracy = by_round[(by_round["name"] == "accuracy") & (by_round.scope == "global")].set_index("round")["value"]
accuracy

# %%
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
accuracy.plot(ax=left, title="accuracy of the global model", marker="o")
losses = by_round[(by_round["name"] == "train_loss") & (by_round.scope == "site")]
losses.pivot(index="round", columns="site", values="value").plot(ax=right, title="training loss of each site")
plt.show()

# %% [markdown]
# ## The best model
#
# `select` keeps the model of the best round beside the last one.

# %%
client.files.download(job.model_out + "best.pt", "data/best.pt")

model = DigitsNet()
model.load_state_dict(torch.load("data/best.pt", weights_only=True))
model.eval()
images, labels = load("data/heldout.npz")
with torch.no_grad():
    held_out = float((model(images).argmax(1) == labels).float().mean())
print(f"held-out accuracy: {held_out:.4f}")

# %% [markdown]
# # Data that stays where it is
#
# Workers offer a folder under a name (`roundelay worker --dataset tumours=/data/patients`); the job names it. Server and key
# come from `roundelay login`, or from `ROUNDELAY_URL` and `ROUNDELAY_API_KEY`. Needs `roundelay` and `torch`.

# %%
from roundelay import FederationConfig, Roundelay, SelectConfig, TrainingConfig

client = Roundelay()
holders = [worker.name for worker in client.workers.list() if "tumours" in worker.datasets]
holders

# %% model_def.py

# %% [markdown]
# Each worker that offers the data is a site. Nothing is uploaded but the code.

# %%
import time

job = client.rt_submit(
    TumourScore,
    "own dataset notebook",
    dataset="tumours",
    requirements_txt=["torch", "numpy"],
    training=TrainingConfig(local_epochs=5, learning_rate=0.01),
    federation=FederationConfig(num_rounds=3, select=SelectConfig("accuracy")),
)
while not job.state.is_terminal:
    time.sleep(1)
    job = client.jobs.get(job.id)
assert job.failure is None, job.failure
job

# %%
for one in client.jobs.rounds(job.id):
    print(one.number, one.metrics["train_loss"], {given.site: given.samples for given in one.contributions})

# %%
client.files.download(job.model_out + "best.pt", "data/best.pt")
model = TumourScore()
model.load_state_dict(torch.load("data/best.pt", weights_only=True))

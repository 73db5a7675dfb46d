"""Submits a job with the Python SDK of this product, follows it and downloads its log; prints JSON.

Arguments: name of the job, folder with shards, folder to download into.
"""

import json
import os
import sys
import threading

from lazy_model import Model
from roundelay import FederationConfig, Roundelay

name, shards, target = sys.argv[1:]
client = Roundelay()
job = client.rt_submit(Model, name, shards, federation=FederationConfig(num_rounds=2), requirements_txt=["numpy"])
for _ in range(600):
    job = client.jobs.get(job.id)
    if job.state.name in ("FINISHED", "FAILED", "CANCELLED"):
        break
    threading.Event().wait(0.2)
log = os.path.join(target, "training_log.txt")
client.files.download(job.files_out + "training_log.txt", log)
print(json.dumps({"id": job.id, "state": job.state.name, "log": os.path.getsize(log)}))

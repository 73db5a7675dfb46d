"""Measures the model of a finished job on the held-out images. Exits 1 below the accuracy asked for.

python evaluate.py JOB [--heldout FILE] [--at-least 0.9]

The model is fetched as safetensors: numpy reads that without torch (`pip install safetensors`).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from model_def import DigitsClassifier, load
from roundelay import Roundelay
from safetensors.numpy import load_file

HERE = Path(__file__).parent


def fetch(job_id):
    """The final model of a job."""
    model = DigitsClassifier()
    with tempfile.TemporaryDirectory() as folder, Roundelay() as client:
        file = client.jobs.download_model(job_id, Path(folder) / "model.safetensors", format="safetensors")
        model.load_state_dict(load_file(file))
    return model


def main():
    parser = argparse.ArgumentParser(description="Held-out accuracy of a job's model.")
    parser.add_argument("job")
    parser.add_argument("--heldout", type=Path, default=HERE / "data" / "heldout.npz")
    parser.add_argument("--at-least", type=float, default=0.9)
    arguments = parser.parse_args()
    accuracy = fetch(arguments.job).estimator().score(*load(arguments.heldout))
    print(f"held-out accuracy: {accuracy:.4f}")
    if accuracy < arguments.at_least:
        sys.exit(f"below {arguments.at_least}")


if __name__ == "__main__":
    main()

"""Submits one job of the browser tests and prints its id: submit.py NAME [KEY=VALUE ...]. Server and key from the environment."""

import sys
import tempfile
from pathlib import Path

from roundelay import FederationConfig, Roundelay, TrainingConfig

HERE = Path(__file__).parent


def main():
    name, *pairs = sys.argv[1:]
    extra = dict(pair.split("=", 1) for pair in pairs)
    rounds, epochs = int(extra.pop("ROUNDS", 3)), int(extra.pop("EPOCHS", 10))
    with tempfile.TemporaryDirectory() as folder, Roundelay() as client:
        for site in range(int(extra.pop("SITES", 2))):
            shard = Path(folder) / f"site-{site + 1}"
            shard.mkdir()
            (shard / "about.txt").write_text(f"site {site + 1}\n")
        job = client.rt_submit(
            f"{HERE / extra.pop('MODEL', 'model_def.py')}:Net",
            name,
            folder,
            requirements_txt=["torch"],
            training=TrainingConfig(local_epochs=epochs, batch_size=200, learning_rate=0.2, extra=extra),
            federation=FederationConfig(num_rounds=rounds),
        )
    print(job.id)


if __name__ == "__main__":
    main()

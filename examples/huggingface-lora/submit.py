"""Submits the LoRA example and prints where to look. Does not wait: the dashboard shows every step.

    python submit.py [--data FOLDER] [--name NAME] [--rounds N]

Server and key come from ROUNDELAY_URL and ROUNDELAY_API_KEY, or from `roundelay login`.
"""

import argparse
import sys
from pathlib import Path

from roundelay import FederationConfig, Roundelay, RoundelayError, TrainingConfig

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description="Submits the LoRA example.")
    parser.add_argument("--data", type=Path, default=HERE / "data", help="what prepare.py wrote")
    parser.add_argument("--name", default="lora")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    try:
        with Roundelay() as client:
            job = client.rt_submit(
                f"{HERE / 'model_def.py'}:Reviews",
                arguments.name,
                arguments.data / "shards",
                requirements_txt=["torch", "transformers", "peft"],
                training=TrainingConfig(local_epochs=3, batch_size=32, learning_rate=1e-2),
                federation=FederationConfig(num_rounds=arguments.rounds),
            )
    except RoundelayError as error:
        sys.exit(str(error))
    print(f"{job.id} {job.state}")
    print(job.dashboard_url)


if __name__ == "__main__":
    main()

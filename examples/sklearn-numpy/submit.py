"""Submits the scikit-learn example and prints where to look. Does not wait: the dashboard shows every step.

    python submit.py [--shards FOLDER] [--name NAME] [--rounds N]

Server and key come from ROUNDELAY_URL and ROUNDELAY_API_KEY, or from `roundelay login`.
"""

import argparse
import sys
from pathlib import Path

from roundelay import FederationConfig, Roundelay, RoundelayError, TrainingConfig

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description="Submits the scikit-learn example.")
    parser.add_argument("--shards", type=Path, default=HERE / "data" / "shards", help="what digits/prepare.py wrote")
    parser.add_argument("--name", default="digits-sklearn")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    try:
        with Roundelay() as client:
            job = client.rt_submit(
                f"{HERE / 'model_def.py'}:DigitsClassifier",
                arguments.name,
                arguments.shards,
                requirements_txt=["scikit-learn", "numpy"],
                training=TrainingConfig(local_epochs=5, learning_rate=0.05),
                federation=FederationConfig(num_rounds=arguments.rounds),
            )
    except RoundelayError as error:
        sys.exit(str(error))
    print(f"{job.id} {job.state}")
    print(job.dashboard_url)
    print(f"when it has FINISHED, run: python evaluate.py {job.id}")


if __name__ == "__main__":
    main()

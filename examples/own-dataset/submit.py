"""Submits a job over data that workers hold: the code goes there, no data is uploaded.

    python submit.py [--dataset NAME] [--name NAME] [--rounds N]

Server and key come from ROUNDELAY_URL and ROUNDELAY_API_KEY, or from `roundelay login`.
"""

import argparse
import sys
from pathlib import Path

from roundelay import FederationConfig, Roundelay, RoundelayError, SelectConfig, TrainingConfig

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description="Submits the own-dataset example.")
    parser.add_argument("--dataset", default="tumours", help="the name that workers were started with")
    parser.add_argument("--name", default="own-dataset")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    try:
        with Roundelay() as client:
            holders = [worker.name for worker in client.workers.list() if arguments.dataset in worker.datasets]
            print(f"{arguments.dataset} is offered by: {', '.join(holders) or 'no worker'}")
            job = client.rt_submit(
                f"{HERE / 'model_def.py'}:TumourScore",
                arguments.name,
                dataset=arguments.dataset,
                requirements_txt=["torch", "numpy"],
                training=TrainingConfig(local_epochs=5, batch_size=32, learning_rate=0.01),
                federation=FederationConfig(num_rounds=arguments.rounds, select=SelectConfig("accuracy")),
            )
    except RoundelayError as error:
        sys.exit(str(error))
    print(f"{job.id} {job.state}")
    print(job.dashboard_url)


if __name__ == "__main__":
    main()

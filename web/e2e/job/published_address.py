"""Prints the address at which the published client shows a job: published_address.py ID. Server and key from the environment."""

import os
import sys

from resontech import ResonTech, ResonTechConfig

url = os.environ["RESON_BASE_URL"]
sdk = ResonTech(
    ResonTechConfig(
        base_url=url,
        dashboard_url=url,
        # Nothing is sent by S3 here.
        s3_endpoint=url,
        s3_access_key_id="none",
        s3_secret_access_key="none",
        platform_api_key=os.environ["RESON_API_KEY"],
    )
)
print(sdk.jobs.get(sys.argv[1]).dashboard_url)

"""Prints the address at which the published client shows a job: published_address.py ID. Server and key from the environment."""

import os
import sys

from resontech import ResonTech, ResonTechConfig

url = os.environ["RESON_BASE_URL"]
sdk = ResonTech(
    ResonTechConfig(
        base_url=url,
        dashboard_url=url,
        s3_endpoint=os.environ["RESON_S3_ENDPOINT"],
        s3_access_key_id=os.environ["RESON_S3_KEY"],
        s3_secret_access_key=os.environ["RESON_S3_SECRET"],
        platform_api_key=os.environ["RESON_API_KEY"],
    )
)
print(sdk.jobs.get(sys.argv[1]).dashboard_url)

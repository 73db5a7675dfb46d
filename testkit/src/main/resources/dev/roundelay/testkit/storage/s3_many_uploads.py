"""Uploads 32 objects of 50 MB at the same time with signed payloads, and reads the sizes back."""

import os
import threading

import boto3
from botocore.client import Config

SIZE = 50_000_000
BUCKET = os.environ["S3_BUCKET"]
BODY = bytes(SIZE)
failures = []


def client():
    return boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT"],
        region_name="garage",
        aws_access_key_id=os.environ["S3_KEY"],
        aws_secret_access_key=os.environ["S3_SECRET"],
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path", "payload_signing_enabled": True},
            request_checksum_calculation="when_required",
            retries={"max_attempts": 1},
            read_timeout=300,
        ),
    )


def upload(n):
    try:
        client().put_object(Bucket=BUCKET, Key=f"large/{n}", Body=BODY)
    except Exception as failure:
        failures.append(failure)


threads = [threading.Thread(target=upload, args=(n,)) for n in range(32)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures
sizes = [o["Size"] for o in client().list_objects_v2(Bucket=BUCKET, Prefix="large/")["Contents"]]
assert sizes == [SIZE] * 32, sizes

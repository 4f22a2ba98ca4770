"""What the client scripts share: a client for the server under test, and a runner of checks."""

import os
import sys
import traceback
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["CAIRN_ENDPOINT"]
ACCESS_KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET_KEY = os.environ["AWS_SECRET_ACCESS_KEY"]

_checks = []


def check(function):
    """Marks a function as a check; `main` runs them in the order of the file."""
    _checks.append(function)
    return function


def client(**settings):
    """A client as an application has it, but without retries, which would hide failures."""
    config = Config(
        signature_version=settings.pop("signature_version", "s3v4"),
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        connect_timeout=10,
        read_timeout=60,
        **settings,
    )
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=config,
    )


def new_bucket(s3):
    """A bucket of its own for each check, so that no check sees another's objects."""
    name = f"check-{uuid.uuid4().hex[:20]}"
    s3.create_bucket(Bucket=name)
    return name


def refused(code, status, call, **arguments):
    """The call must be refused with exactly this code and status."""
    try:
        call(**arguments)
    except ClientError as error:
        response = error.response
        found = (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"])
        assert found == (code, status), f"{found} instead of {(code, status)}: {error}"
        return response
    raise AssertionError(f"was not refused: {arguments}")


def main():
    failed = []
    for function in _checks:
        try:
            function()
            print(f"ok      {function.__name__}", flush=True)
        except Exception:
            failed.append(function.__name__)
            print(f"FAILED  {function.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(_checks) - len(failed)} of {len(_checks)} checks passed")
    sys.exit(1 if failed or not _checks else 0)

"""What the client scripts share: a client for the server under test, and a runner of checks."""

import concurrent.futures
import http.client
import json
import os
import sys
import time
import traceback
import urllib.parse
import uuid

# Without Amazon's common runtime, as most people have boto3, unless a script imported it before.
sys.modules.setdefault("awscrt", None)

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["CAIRN_ENDPOINT"]
ACCESS_KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET_KEY = os.environ["AWS_SECRET_ACCESS_KEY"]

_checks = []


class CannotRun(Exception):
    """Raised by a check that this machine lacks something for, which it names."""


def check(function):
    """Marks a function as a check; `main` runs them in the order of the file."""
    _checks.append(function)
    return function


def about(name, version, source):
    """Says which client the script is about, of which version, and where it came from."""
    print(f"client  {name}  {version}  {source}", flush=True)


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


def keys_of(s3, bucket, prefix=""):
    """All keys of a bucket that start like that."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def fill(s3, bucket, keys):
    """An object for each key, its body the key. Without signatures: with boto3 it takes minutes."""
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject"}
    statement = {**allow, "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def put(some):
        connection = http.client.HTTPConnection(ENDPOINT.removeprefix("http://"), timeout=60)
        for key in some:
            path = f"/{bucket}/{urllib.parse.quote(key, safe='')}"
            connection.request("PUT", path, body=key.encode())
            answer = connection.getresponse()
            assert answer.status == 200, (key, answer.status, answer.read())
            answer.read()

    at_once = 8
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(put, [keys[start::at_once] for start in range(at_once)]))
    s3.delete_bucket_policy(Bucket=bucket)


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
    passed, absent = 0, 0
    for function in _checks:
        name = function.__name__
        if function.__module__ != "__main__":
            name = f"{function.__module__}.{name}"
        began = time.monotonic()
        try:
            function()
            passed += 1
            print(f"ok      {name}  {time.monotonic() - began:.1f} s", flush=True)
        except CannotRun as reason:
            absent += 1
            print(f"cannot  {name}  {reason}", flush=True)
        except Exception:
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    rest = f", {absent} cannot run here" if absent else ""
    print(f"{passed} of {len(_checks)} checks passed{rest}")
    sys.exit(0 if passed + absent == len(_checks) > 0 else 1)

"""The aws command, as people use it."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from checks import ENDPOINT, check, client, main, new_bucket

s3 = client()
AWS = pathlib.Path(sys.executable).with_name("aws")


def aws(*arguments, fails=False):
    command = [sys.executable, AWS, "--endpoint-url", ENDPOINT, "--region", "us-east-1", *arguments]
    config = str(pathlib.Path(__file__).with_name("aws.config"))
    environment = {**os.environ, "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": config}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert (done.returncode != 0) == fails, (arguments, done.stdout, done.stderr)
    return done.stderr if fails else done.stdout


def write(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))


@check
def a_file_goes_up_and_comes_down():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here = pathlib.Path(place)
        # Above 8 MiB the command uploads in parts.
        for name, size in [("empty", 0), ("small one.txt", 1000), ("large ü", 12 << 20)]:
            write(here / name, size)
            aws("s3", "cp", str(here / name), f"s3://{bucket}/folder/{name}")
            aws("s3", "cp", f"s3://{bucket}/folder/{name}", str(here / "back"))
            assert (here / "back").read_bytes() == (here / name).read_bytes(), name
        listed = aws("s3", "ls", f"s3://{bucket}/folder/")
        assert "small one.txt" in listed and str(12 << 20) in listed, listed
        assert "PRE folder/" in aws("s3", "ls", f"s3://{bucket}")


@check
def a_folder_is_synchronised_both_ways():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here, back = pathlib.Path(place, "here"), pathlib.Path(place, "back")
        names = [f"{folder}/{number}" for folder in ["a", "b/c"] for number in range(10)]
        for name in names:
            write(here / name, 3000)
        aws("s3", "sync", str(here), f"s3://{bucket}/x")
        assert aws("s3", "sync", str(here), f"s3://{bucket}/x") == "", "nothing left to do"
        aws("s3", "sync", f"s3://{bucket}/x", str(back))
        for name in names:
            assert (back / name).read_bytes() == (here / name).read_bytes()
        (here / "a/0").unlink()
        aws("s3", "sync", "--delete", str(here), f"s3://{bucket}/x")
        assert len(aws("s3", "ls", "--recursive", f"s3://{bucket}").splitlines()) == 19


@check
def buckets_and_objects_are_moved_and_removed():
    bucket = new_bucket(s3)
    made = f"{bucket}-2"
    aws("s3", "mb", f"s3://{made}")
    assert made in aws("s3", "ls")
    s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    aws("s3", "mv", f"s3://{bucket}/key", f"s3://{made}/moved")
    assert s3.get_object(Bucket=made, Key="moved")["Body"].read() == b"body"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert "BucketNotEmpty" in aws("s3", "rb", f"s3://{made}", fails=True)
    aws("s3", "rm", "--recursive", f"s3://{made}")
    aws("s3", "rb", f"s3://{made}")
    assert made not in aws("s3", "ls")


@check
def the_plain_operations():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place, "file")
        write(file, 5000)
        at = ["--bucket", bucket, "--key", "a key"]
        put = json.loads(aws("s3api", "put-object", *at, "--body", str(file)))
        head = json.loads(aws("s3api", "head-object", *at))
        assert head["ETag"] == put["ETag"] and head["ContentLength"] == 5000
        aws("s3api", "get-object", *at, "--range", "bytes=10-19", f"{file}.part")
        assert pathlib.Path(f"{file}.part").read_bytes() == file.read_bytes()[10:20]
    missing = aws("s3api", "get-object", "--bucket", bucket, "--key", "none", "/dev/null", fails=True)
    assert "NoSuchKey" in missing


@check
def a_presigned_link_opens():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="key", Body=b"linked")
    link = aws("s3", "presign", f"s3://{bucket}/key").strip()
    assert urllib.request.urlopen(link, timeout=30).read() == b"linked"


if __name__ == "__main__":
    main()

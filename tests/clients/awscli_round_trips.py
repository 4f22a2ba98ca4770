"""The aws command, as people use it."""

import json
import pathlib
import sys
import tempfile
import urllib.request

from checks import ENDPOINT, about, check, client, fill, keys_of, main, new_bucket
from commands import HOSTILE_NAMES, contents, credentials, run, version, write, write_tree

s3 = client()
HERE = pathlib.Path(__file__).parent
# Another script runs these checks with version 2.
AWS = [sys.executable, pathlib.Path(sys.executable).with_name("aws")]
SETTINGS = {
    **credentials(),
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_CONFIG_FILE": str(HERE / "aws.config"),
    "AWS_PAGER": "",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def aws(*arguments, **settings):
    at = ["--endpoint-url", ENDPOINT, "--region", "us-east-1"]
    return run(*AWS, *at, *arguments, environment=SETTINGS, **settings)


@check
def a_file_goes_up_and_comes_down():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here = pathlib.Path(place)
        # Above 8 MiB the command uploads in parts.
        for name, size in [("small one.txt", 1000), ("large ü", 12 << 20)]:
            write(here / name, size)
            aws("s3", "cp", str(here / name), f"s3://{bucket}/folder/{name}")
            aws("s3", "cp", f"s3://{bucket}/folder/{name}", str(here / "back"))
            assert (here / "back").read_bytes() == (here / name).read_bytes(), name
        listed = aws("s3", "ls", f"s3://{bucket}/folder/")
        assert "small one.txt" in listed and str(12 << 20) in listed, listed
        assert "PRE folder/" in aws("s3", "ls", f"s3://{bucket}")


@check
def a_folder_with_hostile_names_is_synchronised_both_ways():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here, back = pathlib.Path(place, "here"), pathlib.Path(place, "back")
        written = write_tree(here, HOSTILE_NAMES)
        aws("s3", "sync", here, f"s3://{bucket}/x y")
        assert keys_of(s3, bucket) == sorted((f"x y/{name}" for name in written), key=str.encode)
        aws("s3", "sync", f"s3://{bucket}/x y", back)
        assert contents(back) == written
        assert aws("s3", "sync", f"s3://{bucket}/x y", back) == "", "nothing left to do"
        (back / "plain.txt").unlink()
        write(back / "empty", 0)
        aws("s3", "sync", "--delete", back, f"s3://{bucket}/x y")
        aws("s3", "sync", f"s3://{bucket}/x y", f"s3://{bucket}/copy")
        assert len(keys_of(s3, bucket, "copy/")) == len(written)
        assert "x y/plain.txt" not in keys_of(s3, bucket)
        aws("s3", "rm", "--recursive", f"s3://{bucket}")
        assert keys_of(s3, bucket) == []


@check
def thousands_of_keys_are_listed():
    bucket = new_bucket(s3)
    names = [f"key +%{number:04}" for number in range(2200)]
    fill(s3, bucket, names)
    listed = aws("s3", "ls", f"s3://{bucket}").splitlines()
    assert [line.split(maxsplit=3)[3] for line in listed] == names
    pages = ["--page-size", "700", "--max-items", "1500", "--query", "Contents[].Key"]
    found = json.loads(aws("s3api", "list-objects-v2", "--bucket", bucket, *pages))
    assert found == names[:1500]


@check
def a_stream_goes_up_and_comes_down():
    bucket = new_bucket(s3)
    body = b"0123456789abcdef" * (11 << 16)
    aws("s3", "cp", "-", f"s3://{bucket}/stream", feed=body, text=False)
    assert s3.head_object(Bucket=bucket, Key="stream")["ETag"].endswith('-2"')
    assert aws("s3", "cp", f"s3://{bucket}/stream", "-", text=False) == body


@check
def a_large_object_is_copied_in_parts():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file = write(pathlib.Path(place, "file"), 9 << 20)
        aws("s3", "cp", file, f"s3://{bucket}/one ü")
        aws("s3", "cp", f"s3://{bucket}/one ü", f"s3://{bucket}/two +")
        got = s3.get_object(Bucket=bucket, Key="two +")
        assert got["ETag"].endswith('-2"') and got["Body"].read() == file.read_bytes()


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
def settings_of_buckets():
    bucket = new_bucket(s3)
    at = ["--bucket", bucket]
    rule = '{"Rules":[{"ID":"a","Status":"Enabled","Filter":{"Prefix":"x/"},"Expiration":{"Days":3}}]}'
    aws("s3api", "put-bucket-lifecycle-configuration", *at, "--lifecycle-configuration", rule)
    shown = json.loads(aws("s3api", "get-bucket-lifecycle-configuration", *at))
    assert shown["Rules"] == json.loads(rule)["Rules"], shown
    rule = '{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"]}]}'
    aws("s3api", "put-bucket-cors", *at, "--cors-configuration", rule)
    assert json.loads(aws("s3api", "get-bucket-cors", *at)) == json.loads(rule)
    aws("s3", "website", f"s3://{bucket}", "--index-document", "index.html")
    shown = json.loads(aws("s3api", "get-bucket-website", *at))
    assert shown["IndexDocument"] == {"Suffix": "index.html"}, shown


@check
def a_presigned_link_opens():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="key", Body=b"linked")
    link = aws("s3", "presign", f"s3://{bucket}/key").strip()
    assert urllib.request.urlopen(link, timeout=30).read() == b"linked"


if __name__ == "__main__":
    about("awscli 1", version(*AWS, "--version").split()[0].split("/")[1], "PyPI")
    main()

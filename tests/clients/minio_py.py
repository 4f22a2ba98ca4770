"""MinIO's client for Python."""

import datetime
import io
import json
import os
import pathlib
import tempfile

import minio
import urllib3
from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY, about, check, client, fill, keys_of, main
from checks import new_bucket
from hostile import KEYS
from minio.commonconfig import ENABLED, CopySource, ComposeSource, Filter, Tags
from minio.deleteobjects import DeleteObject
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.retention import GOVERNANCE, Retention
from minio.versioningconfig import VersioningConfig

s3 = client()
ours = minio.Minio(
    endpoint=ENDPOINT.removeprefix("http://"),
    access_key=ACCESS_KEY,
    secret_key=SECRET_KEY,
    secure=False,
    region="us-east-1",
    http_client=urllib3.PoolManager(retries=False, timeout=60),
)
MIB = 1 << 20


def put(bucket, key, body, **settings):
    return ours.put_object(
        bucket_name=bucket, object_name=key, data=io.BytesIO(body), length=len(body), **settings
    )


def got(bucket, key, **settings):
    answer = ours.get_object(bucket_name=bucket, object_name=key, **settings)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()


def all_names(bucket, **settings):
    found = ours.list_objects(bucket_name=bucket, **settings)
    return [entry.object_name for entry in found]


@check
def objects_of_any_size_and_of_unknown_length():
    bucket = new_bucket(s3)
    for size in [0, 1, 100_000, 12 * MIB]:
        body = os.urandom(size)
        put(bucket, "known ü", body, content_type="a/b", metadata={"Colour": "green"})
        assert got(bucket, "known ü") == body, size
        stream = io.BytesIO(body)
        ours.put_object(
            bucket_name=bucket, object_name="unknown", data=stream, length=-1, part_size=5 * MIB
        )
        assert got(bucket, "unknown") == body, size
    assert got(bucket, "known ü", offset=5 * MIB, length=99) == body[5 * MIB :][:99]
    stat = ours.stat_object(bucket_name=bucket, object_name="known ü")
    assert (stat.size, stat.content_type) == (12 * MIB, "a/b"), stat
    assert stat.metadata["x-amz-meta-colour"] == "green", stat.metadata
    assert ours.stat_object(bucket_name=bucket, object_name="unknown").etag.endswith("-3")


@check
def files_go_up_and_come_down():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file, back = pathlib.Path(place, "file"), pathlib.Path(place, "back")
        file.write_bytes(os.urandom(11 * MIB))
        at = {"bucket_name": bucket, "object_name": "a folder/file"}
        ours.fput_object(**at, file_path=str(file), part_size=5 * MIB)
        ours.fget_object(**at, file_path=str(back))
        assert back.read_bytes() == file.read_bytes()


@check
def hostile_keys_exist_beside_each_other():
    bucket = new_bucket(s3)
    # The client itself refuses names that a path would be cleaned of.
    keys = [key for key in KEYS if not {".", ".."} & set(key.split("/"))]
    for key in keys:
        put(bucket, key, key.encode())
    assert all_names(bucket, recursive=True) == sorted(keys, key=str.encode)
    for key in keys:
        assert got(bucket, key) == key.encode(), repr(key)
    removed = [DeleteObject(name=key) for key in keys]
    assert not list(ours.remove_objects(bucket_name=bucket, delete_object_list=removed))
    assert keys_of(s3, bucket) == []


@check
def thousands_of_keys_are_listed():
    bucket = new_bucket(s3)
    names = [f"{number % 2} ü/key +%{number:04}" for number in range(2200)]
    fill(s3, bucket, names)
    assert all_names(bucket, recursive=True) == sorted(names)
    assert all_names(bucket) == ["0 ü/", "1 ü/"]
    after = sorted(names)[2100]
    assert all_names(bucket, recursive=True, start_after=after) == sorted(names)[2101:]
    assert all_names(bucket, recursive=True, use_api_v1=True) == sorted(names)


@check
def objects_are_copied_and_composed():
    bucket = new_bucket(s3)
    body = os.urandom(6 * MIB)
    put(bucket, "one ü +", body, content_type="a/b", metadata={"m": "1"})
    put(bucket, "two", b"the end")
    one = CopySource(bucket_name=bucket, object_name="one ü +")
    ours.copy_object(bucket_name=bucket, object_name="copy", source=one)
    stat = ours.stat_object(bucket_name=bucket, object_name="copy")
    assert stat.content_type == "a/b" and stat.metadata["x-amz-meta-m"] == "1"
    parts = [
        ComposeSource(bucket_name=bucket, object_name="one ü +", offset=0, length=5 * MIB),
        ComposeSource(bucket_name=bucket, object_name="two"),
    ]
    ours.compose_object(bucket_name=bucket, object_name="composed", sources=parts)
    assert got(bucket, "composed") == body[: 5 * MIB] + b"the end"


@check
def links_and_forms_are_signed():
    bucket = new_bucket(s3)
    http = urllib3.PoolManager(retries=False)
    at = {"bucket_name": bucket, "object_name": "a key +%"}
    soon = datetime.timedelta(minutes=1)
    sent = http.request("PUT", ours.presigned_put_object(**at, expires=soon), body=b"linked")
    assert sent.status == 200, sent.data
    fetched = http.request("GET", ours.presigned_get_object(**at, expires=soon))
    assert (fetched.status, fetched.data) == (200, b"linked")
    until = datetime.datetime.now(datetime.timezone.utc) + soon
    policy = minio.datatypes.PostPolicy(bucket, until)
    policy.add_starts_with_condition("key", "in/")
    policy.add_content_length_range_condition(1, 100)
    fields = ours.presigned_post_policy(policy)
    for body, status in [(b"posted", 204), (b"x" * 101, 400)]:
        form = {**fields, "key": "in/form ü", "file": ("name", body)}
        answer = http.request("POST", f"{ENDPOINT}/{bucket}", fields=form)
        assert answer.status == status, answer.data
    assert got(bucket, "in/form ü") == b"posted"


@check
def versions_locks_and_tags():
    bucket = f"{new_bucket(s3)}-locked"
    ours.make_bucket(bucket_name=bucket, object_lock=True)
    first = put(bucket, "key", b"one").version_id
    put(bucket, "key", b"two")
    at = {"bucket_name": bucket, "object_name": "key"}
    assert got(bucket, "key", version_id=first) == b"one"
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    keep = Retention(mode=GOVERNANCE, retain_until_date=until)
    ours.set_object_retention(**at, version_id=first, config=keep)
    assert ours.get_object_retention(**at, version_id=first).mode == GOVERNANCE
    ours.enable_object_legal_hold(**at, version_id=first)
    assert ours.is_object_legal_hold_enabled(**at, version_id=first)
    ours.disable_object_legal_hold(**at, version_id=first)
    try:
        ours.remove_object(**at, version_id=first)
        raise AssertionError("a locked version was removed")
    except minio.error.S3Error as error:
        assert error.code == "AccessDenied", error.code
    tags = Tags.new_object_tags()
    tags["a b"] = "ü"
    ours.set_object_tags(**at, tags=tags)
    assert dict(ours.get_object_tags(**at)) == {"a b": "ü"}
    versions = ours.list_objects(bucket_name=bucket, include_version=True)
    assert len(list(versions)) == 2


@check
def settings_of_buckets():
    bucket = new_bucket(s3)
    ours.set_bucket_versioning(bucket_name=bucket, config=VersioningConfig(status=ENABLED))
    assert ours.get_bucket_versioning(bucket_name=bucket).status == ENABLED
    rule = Rule(
        status=ENABLED,
        rule_id="a",
        rule_filter=Filter(prefix="old/"),
        expiration=Expiration(days=3),
    )
    ours.set_bucket_lifecycle(bucket_name=bucket, config=LifecycleConfig(rules=[rule]))
    (found,) = ours.get_bucket_lifecycle(bucket_name=bucket).rules
    assert (found.rule_id, found.expiration.days) == ("a", 3)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    ours.set_bucket_policy(bucket_name=bucket, policy=json.dumps(policy))
    assert json.loads(ours.get_bucket_policy(bucket_name=bucket)) == policy
    tags = Tags.new_bucket_tags()
    tags["team"] = "one"
    ours.set_bucket_tags(bucket_name=bucket, tags=tags)
    assert dict(ours.get_bucket_tags(bucket_name=bucket)) == {"team": "one"}
    ours.delete_bucket_policy(bucket_name=bucket)
    ours.remove_bucket(bucket_name=bucket)
    assert not ours.bucket_exists(bucket_name=bucket)


if __name__ == "__main__":
    about("minio-py", minio.__version__, "PyPI")
    main()

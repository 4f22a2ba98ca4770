"""boto3 with Amazon's common runtime: its transfers, and the checksums that only it can make."""

import awscrt  # before anything that rules it out

import base64
import importlib.metadata
import io
import os
import pathlib
import tempfile

import boto3
import boto3_keys  # noqa: F401  its checks run here too
import boto3_multipart  # noqa: F401
import boto3_objects  # noqa: F401
import botocore.compat
import botocore.session
from checks import ENDPOINT, about, check, client, main, new_bucket, refused
from hostile import KEYS
from s3transfer.crt import (
    BotocoreCRTCredentialsWrapper,
    BotocoreCRTRequestSerializer,
    CRTTransferManager,
    create_s3_crt_client,
)

assert botocore.compat.HAS_CRT
s3 = client()
MIB = 1 << 20


def transfer_manager():
    """The one that boto3 makes, which has no way to be told of another endpoint than Amazon's."""
    session = botocore.session.Session()
    credentials = BotocoreCRTCredentialsWrapper(session.get_credentials())
    runtime = create_s3_crt_client(
        region="us-east-1",
        crt_credentials_provider=credentials.to_crt_credentials_provider(),
        part_size=5 * MIB,
        use_ssl=False,
    )
    arguments = {"region_name": "us-east-1", "endpoint_url": ENDPOINT}
    return CRTTransferManager(runtime, BotocoreCRTRequestSerializer(session, arguments))


transfers = transfer_manager()


def up(bucket, key, body, **extra):
    transfers.upload(io.BytesIO(body), bucket, key, extra_args=extra).result()


def down(bucket, key):
    back = io.BytesIO()
    transfers.download(bucket, key, back).result()
    return back.getvalue()


@check
def bodies_of_any_size_go_both_ways():
    bucket = new_bucket(s3)
    for size in [0, 1, 100_000, 33 * MIB]:
        body = os.urandom(size)
        up(bucket, "a key ü", body, ContentType="a/b", Metadata={"m": "1"})
        assert down(bucket, "a key ü") == body, size
    head = s3.head_object(Bucket=bucket, Key="a key ü", ChecksumMode="ENABLED")
    assert "-" in head["ETag"] and "ChecksumCRC32" in head, head
    assert (head["ContentType"], head["Metadata"]) == ("a/b", {"m": "1"})


@check
def files_go_both_ways():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file, back = pathlib.Path(place, "file"), pathlib.Path(place, "back")
        file.write_bytes(os.urandom(12 * MIB + 1))
        # A downloaded file has its name only when the manager has ended.
        with transfer_manager() as files:
            files.upload(str(file), bucket, "a folder/file").result()
            files.download(bucket, "a folder/file", str(back))
        assert back.read_bytes() == file.read_bytes()


@check
def hostile_keys_are_transferred():
    bucket = new_bucket(s3)
    for key in KEYS:
        up(bucket, key, key.encode())
    listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(KEYS, key=str.encode)
    for key in KEYS:
        assert down(bucket, key) == key.encode(), repr(key)
    transfers.delete(bucket, KEYS[0]).result()
    refused("404", 404, s3.head_object, Bucket=bucket, Key=KEYS[0])


@check
def checksums_that_only_the_runtime_makes():
    bucket = new_bucket(s3)
    body = os.urandom(200_000)
    for algorithm in ["CRC32C", "CRC64NVME", "XXHASH64", "XXHASH3", "XXHASH128"]:
        name = f"Checksum{algorithm}"
        put = s3.put_object(Bucket=bucket, Key="key", Body=body, ChecksumAlgorithm=algorithm)
        assert put[name], put
        stream = s3.put_object(
            Bucket=bucket, Key="stream", Body=io.BytesIO(body), ChecksumAlgorithm=algorithm
        )
        assert stream[name] == put[name]
        got = s3.get_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")
        # Reading it verifies it.
        assert got["Body"].read() == body and got[name] == put[name]
        wrong = base64.b64encode(bytes(len(base64.b64decode(put[name])))).decode()
        refused(
            "BadDigest", 400, s3.put_object, Bucket=bucket, Key="bad", Body=body, **{name: wrong}
        )


if __name__ == "__main__":
    crt = importlib.metadata.version("awscrt")
    about("boto3 with CRT", f"{boto3.__version__}, awscrt {crt}", "PyPI")
    main()

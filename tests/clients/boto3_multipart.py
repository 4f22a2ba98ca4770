"""Multipart uploads through boto3."""

import hashlib
import io
import os

import boto3
from boto3.s3.transfer import TransferConfig
from checks import about, check, client, main, new_bucket, refused

s3 = client()
MIB = 1 << 20


def upload(bucket, key, bodies, **settings):
    made = s3.create_multipart_upload(Bucket=bucket, Key=key, **settings)
    at = {"Bucket": bucket, "Key": key, "UploadId": made["UploadId"]}
    parts = []
    for number, body in bodies:
        etag = s3.upload_part(**at, PartNumber=number, Body=body)["ETag"]
        assert etag == f'"{hashlib.md5(body).hexdigest()}"'
        parts.append({"PartNumber": number, "ETag": etag})
    return at, parts


@check
def twelve_mib_in_parts():
    bucket = new_bucket(s3)
    bodies = [(1, os.urandom(5 * MIB)), (2, os.urandom(5 * MIB)), (7, os.urandom(2 * MIB))]
    at, parts = upload(bucket, "key", bodies, ContentType="a/b", Metadata={"m": "1"})

    listed = s3.list_parts(**at)["Parts"]
    assert [(p["PartNumber"], p["Size"]) for p in listed] == [(n, len(b)) for n, b in bodies]
    ongoing = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in ongoing] == [("key", at["UploadId"])]
    refused("404", 404, s3.head_object, Bucket=bucket, Key="key")

    done = s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})
    digests = b"".join(hashlib.md5(body).digest() for _, body in bodies)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"', done["ETag"]
    whole = b"".join(body for _, body in bodies)
    got = s3.get_object(Bucket=bucket, Key="key")
    assert got["Body"].read() == whole and got["ETag"] == done["ETag"]
    assert (got["ContentType"], got["Metadata"]) == ("a/b", {"m": "1"})
    for start, end in [(0, 0), (5 * MIB - 1, 5 * MIB), (3 * MIB, 11 * MIB), (12 * MIB - 1,) * 2]:
        got = s3.get_object(Bucket=bucket, Key="key", Range=f"bytes={start}-{end}")
        assert got["Body"].read() == whole[start : end + 1], (start, end)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="key")


@check
def the_transfer_manager_goes_both_ways():
    bucket = new_bucket(s3)
    body = os.urandom(12 * MIB + 345)
    settings = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    s3.upload_fileobj(io.BytesIO(body), bucket, "key", Config=settings)
    assert s3.head_object(Bucket=bucket, Key="key")["ETag"].endswith('-3"')
    back = io.BytesIO()
    s3.download_fileobj(bucket, "key", back, Config=settings)
    assert back.getvalue() == body


@check
def a_part_may_be_sent_again():
    bucket = new_bucket(s3)
    at, _ = upload(bucket, "key", [(1, b"first try")])
    etag = s3.upload_part(**at, PartNumber=1, Body=b"second try")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    s3.complete_multipart_upload(**at, MultipartUpload=parts)
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"second try"


@check
def parts_are_copied_from_objects():
    bucket = new_bucket(s3)
    body = os.urandom(7 * MIB)
    source = {"Bucket": bucket, "Key": "source"}
    s3.put_object(**source, Body=body)
    at, _ = upload(bucket, "key", [])
    copied = s3.upload_part_copy(
        **at, PartNumber=1, CopySource=source, CopySourceRange=f"bytes=1-{5 * MIB}"
    )
    parts = [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]
    etag = s3.upload_part(**at, PartNumber=2, Body=b"end")["ETag"]
    parts.append({"PartNumber": 2, "ETag": etag})
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})
    s3.delete_object(**source)
    got = s3.get_object(Bucket=bucket, Key="key")["Body"].read()
    assert got == body[1 : 5 * MIB + 1] + b"end"


@check
def mistakes_are_refused_by_name():
    bucket = new_bucket(s3)
    at, parts = upload(bucket, "key", [(1, b"small"), (2, b"small too")])
    complete = s3.complete_multipart_upload
    refused("EntityTooSmall", 400, complete, **at, MultipartUpload={"Parts": parts})
    turned = {"Parts": parts[::-1]}
    refused("InvalidPartOrder", 400, complete, **at, MultipartUpload=turned)
    unknown = {"Parts": [{"PartNumber": 3, "ETag": parts[0]["ETag"]}]}
    refused("InvalidPart", 400, complete, **at, MultipartUpload=unknown)
    other = {"Parts": [{"PartNumber": 1, "ETag": parts[1]["ETag"]}]}
    refused("InvalidPart", 400, complete, **at, MultipartUpload=other)
    none = {**at, "UploadId": "no-such-upload"}
    refused("NoSuchUpload", 404, s3.upload_part, **none, PartNumber=1, Body=b"")
    refused("InvalidArgument", 400, s3.upload_part, **at, PartNumber=10_001, Body=b"")

    assert s3.abort_multipart_upload(**at)["ResponseMetadata"]["HTTPStatusCode"] == 204
    refused("NoSuchUpload", 404, s3.list_parts, **at)
    refused("NoSuchUpload", 404, complete, **at, MultipartUpload={"Parts": parts[:1]})
    refused("404", 404, s3.head_object, Bucket=bucket, Key="key")
    s3.delete_bucket(Bucket=bucket)


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()

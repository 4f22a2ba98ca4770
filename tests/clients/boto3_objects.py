"""Objects through boto3: bodies, ranges, conditions, metadata, copies, checksums."""

import base64
import hashlib
import io
import os
import urllib.error
import urllib.request
import zlib
from email.header import decode_header, make_header

import boto3
from botocore.exceptions import ClientError
from checks import about, check, client, main, new_bucket, refused

s3 = client()

# Around each place where a body is kept differently: in the row, in the log, in segments.
SIZES = [0, 1, 2047, 2048, 2049, 65536, 131072, 131073, 1 << 20, (1 << 20) + 1, (3 << 20) + 17]


def crc32(body):
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


@check
def bodies_of_all_sizes_come_back():
    bucket = new_bucket(s3)
    for size in SIZES:
        body = os.urandom(size)
        key = f"size-{size}"
        etag = s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"]
        assert etag == f'"{hashlib.md5(body).hexdigest()}"', (size, etag)
        got = s3.get_object(Bucket=bucket, Key=key)
        assert got["ContentLength"] == size and got["ETag"] == etag
        assert got["Body"].read() == body, size
        head = s3.head_object(Bucket=bucket, Key=key)
        assert head["ContentLength"] == size and head["ETag"] == etag
        assert head["LastModified"] == got["LastModified"]


@check
def overwriting_leaves_the_last_one():
    bucket = new_bucket(s3)
    for size in [10, 200_000, 3000, 0, 5]:
        body = os.urandom(size)
        s3.put_object(Bucket=bucket, Key="key", Body=body)
        assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == body


@check
def deleting_is_final_and_may_be_repeated():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    for _ in range(2):
        answer = s3.delete_object(Bucket=bucket, Key="key")
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    refused("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="key")
    refused("404", 404, s3.head_object, Bucket=bucket, Key="key")


@check
def ranges():
    bucket = new_bucket(s3)
    for size in [10, 5000, 200_000, (2 << 20) + 3]:
        body = os.urandom(size)
        s3.put_object(Bucket=bucket, Key="key", Body=body)
        last = size - 1
        for asked, start, end in [
            ("bytes=0-0", 0, 0),
            ("bytes=3-7", 3, 7),
            (f"bytes={last}-{last}", last, last),
            (f"bytes=5-{size + 100}", 5, last),
            ("bytes=4-", 4, last),
            ("bytes=-4", size - 4, last),
            (f"bytes=-{size + 5}", 0, last),
            (f"bytes={size // 2}-{size // 2 + 2}", size // 2, size // 2 + 2),
        ]:
            got = s3.get_object(Bucket=bucket, Key="key", Range=asked)
            assert got["ResponseMetadata"]["HTTPStatusCode"] == 206, asked
            assert got["ContentRange"] == f"bytes {start}-{end}/{size}", (asked, got["ContentRange"])
            assert got["Body"].read() == body[start : end + 1], (size, asked)
        refused("InvalidRange", 416, s3.get_object, Bucket=bucket, Key="key", Range=f"bytes={size}-")
        for ignored in ["bytes=5-2", "lines=1-2", "bytes=a-b"]:
            got = s3.get_object(Bucket=bucket, Key="key", Range=ignored)
            assert got["ResponseMetadata"]["HTTPStatusCode"] == 200, ignored
            assert got["Body"].read() == body


@check
def conditional_reads():
    bucket = new_bucket(s3)
    put = s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    at = {"Bucket": bucket, "Key": "key"}
    modified = s3.head_object(**at)["LastModified"]
    s3.get_object(**at, IfMatch=put["ETag"])
    s3.get_object(**at, IfNoneMatch='"0123"')
    s3.get_object(**at, IfUnmodifiedSince=modified)
    refused("PreconditionFailed", 412, s3.get_object, **at, IfMatch='"0123"')
    refused("304", 304, s3.get_object, **at, IfNoneMatch=put["ETag"])
    refused("304", 304, s3.head_object, **at, IfModifiedSince=modified)


@check
def conditional_writes():
    bucket = new_bucket(s3)
    at = {"Bucket": bucket, "Key": "key"}
    first = s3.put_object(**at, Body=b"first", IfNoneMatch="*")
    refused("PreconditionFailed", 412, s3.put_object, **at, Body=b"second", IfNoneMatch="*")
    refused("PreconditionFailed", 412, s3.put_object, **at, Body=b"second", IfMatch='"0123"')
    s3.put_object(**at, Body=b"second", IfMatch=first["ETag"])
    assert s3.get_object(**at)["Body"].read() == b"second"
    refused(
        "NoSuchKey", 404, s3.put_object, Bucket=bucket, Key="no", Body=b"", IfMatch=first["ETag"]
    )


@check
def metadata_and_headers_come_back():
    bucket = new_bucket(s3)
    sent = {
        "ContentType": "text/plain; charset=utf-8",
        "CacheControl": "max-age=60",
        "ContentDisposition": 'attachment; filename="a b.txt"',
        "ContentEncoding": "identity",
        "ContentLanguage": "de",
        "Metadata": {"plain": "value", "two-words": "with  spaces", "empty": ""},
    }
    s3.put_object(Bucket=bucket, Key="key", Body=b"body", **sent)
    for got in [
        s3.head_object(Bucket=bucket, Key="key"),
        s3.get_object(Bucket=bucket, Key="key"),
    ]:
        for name, value in sent.items():
            assert got[name] == value, (name, got[name])
    got = s3.get_object(
        Bucket=bucket, Key="key", ResponseContentType="image/png", ResponseCacheControl="no-store"
    )
    assert (got["ContentType"], got["CacheControl"]) == ("image/png", "no-store")
    s3.put_object(Bucket=bucket, Key="untyped", Body=b"body")
    got = s3.head_object(Bucket=bucket, Key="untyped")
    assert got["ContentType"] == "binary/octet-stream", got["ContentType"]


@check
def metadata_that_is_not_ascii_comes_back_encoded():
    bucket = new_bucket(s3)
    sending = client()
    value = {}

    def with_metadata(params, **_):
        params["headers"]["x-amz-meta-note"] = value["sent"]

    sending.meta.events.register("before-call.s3.PutObject", with_metadata)
    # In UTF-8, which is read as Latin-1 and comes back as encoded words of that: the first is the
    # example of Amazon's guide.
    for sent, encoded in [
        ("ÄMÄZÕÑ S3", "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?="),
        ("Miniö", "=?UTF-8?Q?Mini=C3=83=C2=B6?="),
        ("=?UTF-8?B?w7Y=?=", "=?UTF-8?B?w7Y=?="),
        ("long " + "ö" * 100, None),
    ]:
        value["sent"] = sent
        sending.put_object(Bucket=bucket, Key="key", Body=b"body")
        got = s3.head_object(Bucket=bucket, Key="key")["Metadata"]["note"]
        assert encoded in (None, got), got
        text = str(make_header(decode_header(got)))
        if encoded != sent:
            assert text.encode("latin-1").decode() == sent, got
    # A copy has it as its source, and what came back can be sent again.
    source = {"Bucket": bucket, "Key": "key"}
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert s3.head_object(Bucket=bucket, Key="copy")["Metadata"]["note"] == got
    s3.put_object(Bucket=bucket, Key="again", Body=b"", Metadata={"note": got})
    assert s3.head_object(Bucket=bucket, Key="again")["Metadata"]["note"] == got


@check
def copies():
    bucket, other = new_bucket(s3), new_bucket(s3)
    for size in [4, 100_000, 2 << 20]:
        body = os.urandom(size)
        source = {"Bucket": bucket, "Key": "from here/ü+%20"}
        s3.put_object(**source, Body=body, ContentType="a/b", Metadata={"old": "1"})
        copied = s3.copy_object(Bucket=other, Key="to", CopySource=source)["CopyObjectResult"]
        got = s3.get_object(Bucket=other, Key="to")
        assert got["Body"].read() == body and got["ETag"] == copied["ETag"]
        assert (got["ContentType"], got["Metadata"]) == ("a/b", {"old": "1"})
        s3.copy_object(
            Bucket=other,
            Key="to",
            CopySource=source,
            MetadataDirective="REPLACE",
            Metadata={"new": "2"},
            ContentType="c/d",
        )
        got = s3.head_object(Bucket=other, Key="to")
        assert (got["ContentType"], got["Metadata"]) == ("c/d", {"new": "2"})
        # The copy does not depend on what it was made from.
        s3.delete_object(**source)
        assert s3.get_object(Bucket=other, Key="to")["Body"].read() == body
    absent = {"Bucket": bucket, "Key": "absent"}
    refused("NoSuchKey", 404, s3.copy_object, Bucket=other, Key="to", CopySource=absent)
    itself = {"Bucket": other, "Key": "to"}
    refused("InvalidRequest", 400, s3.copy_object, **itself, CopySource=itself)


@check
def checksums_are_kept_and_wrong_ones_refused():
    bucket = new_bucket(s3)
    body = os.urandom(70_000)
    at = {"Bucket": bucket, "Key": "key"}
    # Today's clients send CRC32 of their own accord, and ask for it back.
    assert s3.put_object(**at, Body=body)["ChecksumCRC32"] == crc32(body)
    got = s3.head_object(**at, ChecksumMode="ENABLED")
    assert got["ChecksumCRC32"] == crc32(body)
    assert got["ChecksumType"] == "FULL_OBJECT"
    for name, digest in [("SHA1", hashlib.sha1), ("SHA256", hashlib.sha256)]:
        put = s3.put_object(**at, Body=body, ChecksumAlgorithm=name)
        expected = base64.b64encode(digest(body).digest()).decode()
        assert put[f"Checksum{name}"] == expected
        got = s3.get_object(**at, ChecksumMode="ENABLED")
        assert got[f"Checksum{name}"] == expected and got["Body"].read() == body
    wrong = crc32(b"something else")
    refused("BadDigest", 400, s3.put_object, **at, Body=b"new", ChecksumCRC32=wrong)
    wrong = base64.b64encode(hashlib.md5(b"something else").digest()).decode()
    refused("BadDigest", 400, s3.put_object, **at, Body=b"new", ContentMD5=wrong)
    assert s3.get_object(**at)["Body"].read() == body, "what was refused changed nothing"


def with_trailer(params, **_):
    """Over HTTP the client would put the checksum into a header; over TLS it is a trailer."""
    checksum = params["context"].get("checksum", {}).get("request_algorithm")
    if isinstance(checksum, dict):
        checksum["in"] = "trailer"


@check
def checksums_in_trailers():
    trailing = client()
    trailing.meta.events.register("before-call.s3.PutObject", with_trailer)
    trailing.meta.events.register("before-call.s3.UploadPart", with_trailer)
    bucket = new_bucket(s3)
    for size in SIZES:
        body = os.urandom(size)
        put = trailing.put_object(Bucket=bucket, Key="key", Body=io.BytesIO(body))
        assert put["ChecksumCRC32"] == crc32(body), size
        got = s3.get_object(Bucket=bucket, Key="key")
        assert got["Body"].read() == body, size
        # The transfer's own encoding is not the object's.
        assert "ContentEncoding" not in got, got.get("ContentEncoding")


@check
def presigned_urls():
    bucket = new_bucket(s3)
    at = {"Bucket": bucket, "Key": "a key/ü"}
    url = s3.generate_presigned_url("put_object", Params=at, ExpiresIn=60)
    request = urllib.request.Request(url, data=b"presigned", method="PUT")
    assert urllib.request.urlopen(request, timeout=30).status == 200
    url = s3.generate_presigned_url("get_object", Params=at, ExpiresIn=60)
    assert urllib.request.urlopen(url, timeout=30).read() == b"presigned"
    try:
        urllib.request.urlopen(url.replace("Expires=60", "Expires=61"), timeout=30)
        raise AssertionError("a changed URL was served")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"SignatureDoesNotMatch" in error.read()


@check
def many_are_deleted_at_once():
    bucket = new_bucket(s3)
    keys = [f"key {number}/<&>\"'\r\n" for number in range(150)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    asked = [{"Key": key} for key in keys[:100]] + [{"Key": "never was"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": asked})
    assert "Errors" not in answer, answer.get("Errors")
    assert {gone["Key"] for gone in answer["Deleted"]} == {one["Key"] for one in asked}
    left = s3.list_objects_v2(Bucket=bucket)
    assert sorted(found["Key"] for found in left["Contents"]) == sorted(keys[100:])
    quiet = {"Objects": [{"Key": key} for key in keys[100:]], "Quiet": True}
    answer = s3.delete_objects(Bucket=bucket, Delete=quiet)
    assert "Deleted" not in answer and "Errors" not in answer
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@check
def an_upload_that_breaks_off_leaves_nothing():
    bucket = new_bucket(s3)

    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 300_000:
                raise OSError("the disk of the client broke")
            return super().read(min(size, 65536) if size and size > 0 else 65536)

    broken = client(signature_version="s3v4", request_checksum_calculation="when_required")
    try:
        broken.put_object(
            Bucket=bucket, Key="key", Body=Breaking(bytes(1 << 20)), ContentLength=1 << 20
        )
        raise AssertionError("half a body was accepted")
    except (OSError, ClientError):
        pass
    except Exception as error:
        assert "broke" in str(error) or "onnection" in str(error), error
    refused("404", 404, s3.head_object, Bucket=bucket, Key="key")


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()

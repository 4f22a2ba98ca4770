"""Over TLS everything is as without it, and customers' own keys may come from anywhere."""

import os
import ssl
import urllib.request

from botocore.exceptions import SSLError
from checks import ENDPOINT, about, check, client, main, new_bucket

s3 = client()


@check
def objects_of_all_sizes_come_back():
    bucket = new_bucket(s3)
    for size in [0, 1, 65_536, 5 << 20, 20 << 20]:
        body = os.urandom(size)
        s3.put_object(Bucket=bucket, Key="object", Body=body)
        assert s3.get_object(Bucket=bucket, Key="object")["Body"].read() == body, size
    part = s3.get_object(Bucket=bucket, Key="object", Range="bytes=1000000-16777216")
    assert part["Body"].read() == body[1_000_000:16_777_217]


@check
def a_link_works_where_the_certificate_is_trusted():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="object", Body=b"by link")
    link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "object"})
    assert link.startswith("https://")
    trusted = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    with urllib.request.urlopen(link, context=trusted) as answer:
        assert answer.read() == b"by link"


@check
def who_does_not_know_the_certificate_is_not_served():
    os.environ.pop("AWS_CA_BUNDLE")
    try:
        client().list_buckets()
    except SSLError as error:
        assert "CERTIFICATE_VERIFY_FAILED" in str(error), error
    else:
        raise AssertionError(f"{ENDPOINT} was trusted without a reason")


if __name__ == "__main__":
    import boto3

    about("boto3 over TLS", boto3.__version__, "PyPI")
    main()

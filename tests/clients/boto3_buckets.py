"""Buckets through boto3."""

import datetime

import boto3
from botocore.handlers import validate_bucket_name
from checks import ACCESS_KEY, SECRET_KEY, about, check, client, main, new_bucket, refused

s3 = client()


@check
def made_listed_looked_at_and_deleted():
    bucket = new_bucket(s3)
    listed = {found["Name"]: found for found in s3.list_buckets()["Buckets"]}
    age = datetime.datetime.now(datetime.timezone.utc) - listed[bucket]["CreationDate"]
    assert abs(age.total_seconds()) < 60, age
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    answer = s3.delete_bucket(Bucket=bucket)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    refused("404", 404, s3.head_bucket, Bucket=bucket)


@check
def making_ones_own_bucket_again_is_fine_in_us_east_1():
    bucket = new_bucket(s3)
    s3.create_bucket(Bucket=bucket)


@check
def bad_names_are_refused():
    # The client would refuse some by itself; what matters is what the server says.
    loose = client(parameter_validation=False)
    loose.meta.events.unregister("before-parameter-build.s3", validate_bucket_name)
    for name in ["Ab-upper", "ab", "a..b", "-abc", "abc-", "192.168.1.1", "a" * 64, "a_b"]:
        refused("InvalidBucketName", 400, loose.create_bucket, Bucket=name)


@check
def a_bucket_with_objects_stays():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    refused("BucketNotEmpty", 409, s3.delete_bucket, Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="key")
    s3.delete_bucket(Bucket=bucket)


@check
def what_does_not_exist():
    absent = "check-there-is-no-such-bucket"
    refused("NoSuchBucket", 404, s3.list_objects_v2, Bucket=absent)
    refused("NoSuchBucket", 404, s3.put_object, Bucket=absent, Key="k", Body=b"")
    refused("NoSuchBucket", 404, s3.get_object, Bucket=absent, Key="k")
    refused("NoSuchBucket", 404, s3.delete_bucket, Bucket=absent)


@check
def a_wrong_secret_is_refused():
    def asked_by(access_key, secret_key):
        stranger = boto3.client(
            "s3",
            endpoint_url=s3.meta.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
        )
        return stranger.list_buckets

    refused("SignatureDoesNotMatch", 403, asked_by(ACCESS_KEY, SECRET_KEY + "x"))
    refused("InvalidAccessKeyId", 403, asked_by("nobody-known", SECRET_KEY))


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()

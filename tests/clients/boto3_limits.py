"""What boto3 makes of a server that tells it to slow down."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY, about, check, client, main, new_bucket

RATE = 5


def patient(mode):
    """A client as applications have it, with its retries."""
    config = Config(retries={"mode": mode, "max_attempts": 8}, s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=config,
    )


def retried(mode):
    s3 = patient(mode)
    bucket = new_bucket(s3)
    retries = 0
    for number in range(6 * RATE):
        answer = s3.put_object(Bucket=bucket, Key=str(number), Body=b"body")
        retries += answer["ResponseMetadata"]["RetryAttempts"]
    # It was told, and the application did not notice.
    assert retries > 0, mode


@check
def a_client_without_retries_is_told_to_slow_down():
    s3 = client()
    patient("standard").create_bucket(Bucket="limited")
    for _ in range(20 * RATE):
        try:
            s3.put_object(Bucket="limited", Key="key", Body=b"body")
        except ClientError as error:
            told = error.response
            assert told["Error"]["Code"] == "SlowDown", told
            assert told["ResponseMetadata"]["HTTPStatusCode"] == 503, told
            assert told["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1", told
            return
    raise AssertionError("nobody was told to slow down")


@check
def retries_of_the_standard_mode_get_through():
    retried("standard")


@check
def retries_of_the_legacy_mode_get_through():
    retried("legacy")


@check
def the_adaptive_mode_slows_down():
    retried("adaptive")


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()

"""What boto3 makes of a server that tells it to slow down."""

from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY, about, check, client, main, new_bucket

RATE = 5
# Some at once: one after the other may be slower than that on a busy drive.
AT_ONCE = 4


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

    def put(number):
        answer = s3.put_object(Bucket=bucket, Key=str(number), Body=b"body")
        return answer["ResponseMetadata"]["RetryAttempts"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        retries = sum(pool.map(put, range(6 * RATE)))
    # It was told, and the application did not notice.
    assert retries > 0, mode


@check
def a_client_without_retries_is_told_to_slow_down():
    s3 = client()
    patient("standard").create_bucket(Bucket="limited")

    def put(_):
        try:
            s3.put_object(Bucket="limited", Key="key", Body=b"body")
        except ClientError as error:
            return error.response
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = [answer for answer in pool.map(put, range(20 * RATE)) if answer]
    assert told, "nobody was told to slow down"
    for answer in told:
        assert answer["Error"]["Code"] == "SlowDown", answer
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 503, answer
        assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1", answer


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

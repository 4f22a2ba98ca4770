"""Copies that take longer than the server lets a client wait in silence, through boto3."""

import threading

import boto3
from botocore.exceptions import ClientError
from checks import about, check, client, main, new_bucket

s3 = client()
BODY = bytes(64 << 20)


def source():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="source", Body=BODY)
    return bucket


def copy(bucket, key, **more):
    """Each byte is encrypted, which takes much longer than the server was told to be silent."""
    return s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": "source"},
        ServerSideEncryption="AES256",
        **more,
    )


@check
def the_answer_to_a_copy_that_takes_long_is_understood():
    bucket = source()
    answer = copy(bucket, "copy")
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["transfer-encoding"] == "chunked", headers
    assert "content-length" not in headers, headers
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert answer["CopyObjectResult"]["ETag"] == head["ETag"], answer
    assert head["ContentLength"] == len(BODY)


@check
def an_error_behind_a_200_is_one():
    bucket = source()
    # Somebody else is first: after the copy has begun, before it has ended.
    for attempt in range(30):
        key = f"taken {attempt}"
        begun = threading.Timer(0.03, s3.put_object, kwargs={"Bucket": bucket, "Key": key})
        begun.start()
        try:
            copy(bucket, key, IfNoneMatch="*")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed", error
            begun.join()
            # Refused before it had begun. An error behind a 200 is a 500 to boto3.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 412:
                continue
            assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 0
            return
        begun.join()
    raise AssertionError("no copy was late")


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()

"""The aws command in version 2: the checks of version 1, and what only it does."""

import pathlib
import tempfile

import awscli_round_trips
from awscli_round_trips import aws
from checks import about, check, client, main, new_bucket
from commands import DEBIAN, version, write

s3 = client()
awscli_round_trips.AWS = [DEBIAN, "aws"]


@check
def what_belongs_to_a_large_object_is_copied_with_it():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file = write(pathlib.Path(place, "file"), 9 << 20)
        given = ["--metadata", "colour=green", "--content-type", "a/b", "--cache-control", "no-store"]
        aws("s3", "cp", *given, file, f"s3://{bucket}/one ü")
    tags = [{"Key": "a b", "Value": "ü"}]
    s3.put_object_tagging(Bucket=bucket, Key="one ü", Tagging={"TagSet": tags})
    aws("s3", "cp", f"s3://{bucket}/one ü", f"s3://{bucket}/two +")
    head = s3.head_object(Bucket=bucket, Key="two +")
    assert head["ETag"].endswith('-2"') and head["ContentType"] == "a/b", head
    assert (head["Metadata"], head["CacheControl"]) == ({"colour": "green"}, "no-store"), head
    assert s3.get_object_tagging(Bucket=bucket, Key="two +")["TagSet"] == tags


if __name__ == "__main__":
    number = version(*awscli_round_trips.AWS, "--version").split()[0].split("/")[1]
    assert number.startswith("2."), number
    about("awscli 2", number, "Debian")
    main()

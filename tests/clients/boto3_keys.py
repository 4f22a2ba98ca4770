"""Keys are bytes, not paths: hostile ones exist beside each other, and listings show them all."""

import boto3
from checks import about, check, client, fill, keys_of, main, new_bucket, refused
from hostile import KEYS

s3 = client()

@check
def hostile_keys_exist_beside_each_other():
    bucket = new_bucket(s3)
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in KEYS:
        got = s3.get_object(Bucket=bucket, Key=key)
        assert got["Body"].read() == key.encode(), repr(key)
    listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(KEYS, key=str.encode), "in the order of their bytes"
    listed = [found["Key"] for found in s3.list_objects(Bucket=bucket)["Contents"]]
    assert listed == sorted(KEYS, key=str.encode), "the first version too"
    for key in KEYS:
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@check
def too_long_a_key_is_refused():
    bucket = new_bucket(s3)
    for key in ["x" * 1025, "ü" * 513]:
        refused("KeyTooLongError", 400, s3.put_object, Bucket=bucket, Key=key, Body=b"")


def model(keys, prefix, delimiter):
    """What a listing must hold, told from all keys by the definition."""
    contents, prefixes = [], []
    for key in sorted(keys, key=str.encode):
        if not key.startswith(prefix):
            continue
        rest = key[len(prefix) :]
        if delimiter and delimiter in rest:
            common = prefix + rest[: rest.index(delimiter) + len(delimiter)]
            if common not in prefixes:
                prefixes.append(common)
        else:
            contents.append(key)
    return contents, prefixes


@check
def listings_agree_with_their_definition():
    bucket = new_bucket(s3)
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    for prefix in ["", "a", "a/", "a//", "/", "//", ".", "..", "%", "x" * 1000, "ü", "none"]:
        for delimiter in ["", "/", "//", "b", " ", "ü", "%"]:
            for page in [1, 3, 1000]:
                contents, prefixes = [], []
                pages = s3.get_paginator("list_objects_v2").paginate(
                    Bucket=bucket,
                    Prefix=prefix,
                    Delimiter=delimiter,
                    PaginationConfig={"PageSize": page},
                )
                for answer in pages:
                    found = answer.get("Contents", []), answer.get("CommonPrefixes", [])
                    assert answer["KeyCount"] == len(found[0]) + len(found[1]) <= page
                    contents += [entry["Key"] for entry in found[0]]
                    prefixes += [entry["Prefix"] for entry in found[1]]
                expected = model(KEYS, prefix, delimiter)
                assert (contents, prefixes) == expected, (prefix, delimiter, page)


@check
def pages_start_after_what_is_asked():
    bucket = new_bucket(s3)
    keys = [f"key-{number:04}" for number in range(2300)]
    fill(s3, bucket, keys)
    first = s3.list_objects_v2(Bucket=bucket)
    assert first["IsTruncated"] and first["KeyCount"] == 1000
    assert keys_of(s3, bucket) == keys
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="key-2290")
    assert [entry["Key"] for entry in after["Contents"]] == keys[2291:]
    nothing = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert nothing["KeyCount"] == 0 and not nothing["IsTruncated"]
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket=bucket, ContinuationToken="?")


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()

"""The rclone command."""

import hashlib
import json
import os
import pathlib
import tempfile
import urllib.request

from checks import ENDPOINT, about, check, client, fill, keys_of, main, new_bucket
from commands import (
    CONTROL_NAMES,
    DEBIAN,
    HOSTILE_NAMES,
    contents,
    credentials,
    run,
    version,
    write,
    write_tree,
)

s3 = client()
MIB = 1 << 20
SETTINGS = {
    **credentials(),
    "RCLONE_CONFIG": "/dev/null",
    "RCLONE_CONFIG_CAIRN_TYPE": "s3",
    # With buckets in the path, else as with Amazon itself: nothing is worked around.
    "RCLONE_CONFIG_CAIRN_PROVIDER": "Other",
    "RCLONE_CONFIG_CAIRN_LIST_VERSION": "2",
    "RCLONE_CONFIG_CAIRN_LIST_URL_ENCODE": "true",
    "RCLONE_CONFIG_CAIRN_USE_MULTIPART_ETAG": "true",
    "RCLONE_CONFIG_CAIRN_ENDPOINT": ENDPOINT,
    "RCLONE_CONFIG_CAIRN_ENV_AUTH": "true",
    "RCLONE_CONFIG_CAIRN_REGION": "us-east-1",
    # What it would escape to other characters goes as it is; a slash and NUL cannot be in names.
    "RCLONE_CONFIG_CAIRN_ENCODING": "Slash",
    "RCLONE_LOCAL_ENCODING": "Slash",
    "RCLONE_RETRIES": "1",
    "RCLONE_LOW_LEVEL_RETRIES": "1",
}
IN_PARTS = ["--s3-upload-cutoff=5M", "--s3-chunk-size=5M"]


def rclone(*arguments, **settings):
    return run(DEBIAN, "rclone", *arguments, environment=SETTINGS, **settings)


@check
def a_folder_with_hostile_names_is_synchronised_both_ways():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here, back = pathlib.Path(place, "here"), pathlib.Path(place, "back")
        written = write_tree(here, HOSTILE_NAMES + CONTROL_NAMES)
        rclone("sync", here, f"cairn:{bucket}/x y")
        assert keys_of(s3, bucket) == sorted((f"x y/{name}" for name in written), key=str.encode)
        rclone("sync", f"cairn:{bucket}/x y", back)
        assert contents(back) == written
        rclone("check", here, f"cairn:{bucket}/x y")
        rclone("check", "--download", here, f"cairn:{bucket}/x y")
        (here / "plain.txt").unlink()
        write(here / "100%", 50)
        rclone("check", here, f"cairn:{bucket}/x y", fails=True)
        rclone("sync", here, f"cairn:{bucket}/x y")
        rclone("check", here, f"cairn:{bucket}/x y")


@check
def a_large_file_goes_in_parts_and_keeps_its_digest_and_time():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here, back = pathlib.Path(place, "here"), pathlib.Path(place, "back")
        file = write(here / "large ü", 17 * MIB)
        os.utime(file, ns=(0, 1_600_000_000_123_456_789))
        rclone("copy", *IN_PARTS, here, f"cairn:{bucket}")
        head = s3.head_object(Bucket=bucket, Key="large ü")
        assert head["ETag"].endswith('-4"') and "mtime" in head["Metadata"], head
        digest = hashlib.md5(file.read_bytes()).hexdigest()
        assert digest in rclone("md5sum", f"cairn:{bucket}")
        rclone("copy", f"cairn:{bucket}", back)
        assert (back / "large ü").read_bytes() == file.read_bytes()
        assert (back / "large ü").stat().st_mtime_ns == file.stat().st_mtime_ns
        assert rclone("cat", "--offset=1000", "--count=20", f"cairn:{bucket}/large ü", text=False)
        # The time is metadata: to set it, the object is copied onto itself.
        rclone("touch", "--timestamp=2020-01-02T03:04:05", f"cairn:{bucket}/large ü")
        (listed,) = json.loads(rclone("lsjson", "--hash", f"cairn:{bucket}"))
        assert listed["ModTime"].startswith("2020-01-02T03:04:05"), listed
        assert listed["Hashes"]["md5"] == digest, listed


@check
def a_stream_of_unknown_length_is_stored():
    bucket = new_bucket(s3)
    body = os.urandom(11 * MIB)
    rclone("rcat", *IN_PARTS, f"cairn:{bucket}/a/stream", feed=body, text=False)
    assert s3.get_object(Bucket=bucket, Key="a/stream")["Body"].read() == body
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    rclone("rcat", f"cairn:{bucket}/short", feed=b"short", text=False)
    assert rclone("cat", f"cairn:{bucket}/short") == "short"


@check
def objects_are_copied_and_moved_on_the_server():
    bucket, other = new_bucket(s3), new_bucket(s3)
    body = os.urandom(11 * MIB)
    s3.put_object(Bucket=bucket, Key="a + b/ü", Body=body, ContentType="a/b", Metadata={"m": "1"})
    copied = ["--s3-copy-cutoff=5M", "--s3-chunk-size=5M", f"cairn:{bucket}/a + b/ü"]
    rclone("copyto", *copied, f"cairn:{other}/in parts %20")
    rclone("moveto", f"cairn:{bucket}/a + b/ü", f"cairn:{other}/moved")
    for key in ["in parts %20", "moved"]:
        got = s3.get_object(Bucket=other, Key=key)
        assert got["Body"].read() == body and got["Metadata"]["m"] == "1", key
    # The command takes no type along when it copies in parts.
    assert s3.head_object(Bucket=other, Key="moved")["ContentType"] == "a/b"
    assert keys_of(s3, bucket) == []


@check
def metadata_that_is_not_ascii_is_kept():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here = write(pathlib.Path(place, "here"), 4)
        rclone("copyto", "--metadata", "--metadata-set=note=grün", here, f"cairn:{bucket}/key")
    # It sends UTF-8 and does not decode what it reads, with Amazon neither.
    got = s3.head_object(Bucket=bucket, Key="key")["Metadata"]["note"]
    assert got == "=?UTF-8?Q?gr=C3=83=C2=BCn?=", got


@check
def thousands_of_keys_are_listed_and_purged():
    bucket = new_bucket(s3)
    names = [f"{number % 3}/key +%{number:04}" for number in range(2500)]
    fill(s3, bucket, names)
    listed = rclone("lsf", "--recursive", "--files-only", f"cairn:{bucket}").splitlines()
    assert sorted(listed) == sorted(names)
    assert rclone("lsf", f"cairn:{bucket}").splitlines() == ["0/", "1/", "2/"]
    assert "2.500k (2500)" in rclone("size", f"cairn:{bucket}")
    rclone("purge", f"cairn:{bucket}")
    assert bucket not in rclone("lsd", "cairn:")


@check
def old_versions_are_seen_and_cleaned_up():
    bucket = new_bucket(s3)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in [b"one", b"two two"]:
        s3.put_object(Bucket=bucket, Key="key.txt", Body=body)
    listed = rclone("lsf", "--format=ps", "--s3-versions", f"cairn:{bucket}").splitlines()
    sizes = sorted(line.split(";")[1] for line in listed)
    assert sizes == ["3", "7"] and any("-v2" in line for line in listed), listed
    rclone("backend", "cleanup-hidden", f"cairn:{bucket}")
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 1
    begun = s3.create_multipart_upload(Bucket=bucket, Key="left")["UploadId"]
    assert begun in rclone("backend", "list-multipart-uploads", f"cairn:{bucket}")
    rclone("backend", "cleanup", "-o", "max-age=0s", f"cairn:{bucket}")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@check
def a_link_opens():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="a key +", Body=b"linked")
    link = rclone("link", "--expire=1m", f"cairn:{bucket}/a key +").strip()
    assert urllib.request.urlopen(link, timeout=30).read() == b"linked"


if __name__ == "__main__":
    about("rclone", version(DEBIAN, "rclone", "version").split()[1], "Debian")
    main()

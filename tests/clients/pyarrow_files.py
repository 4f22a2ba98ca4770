"""Arrow's file system over S3, which is Amazon's client for C++ underneath."""

import os

import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY, about, check, client, fill, keys_of, main
from checks import new_bucket
from hostile import KEYS

s3 = client()
MIB = 1 << 20
SETTINGS = {
    "access_key": ACCESS_KEY,
    "secret_key": SECRET_KEY,
    "region": "us-east-1",
    "scheme": "http",
    "endpoint_override": ENDPOINT.removeprefix("http://"),
    "retry_strategy": pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=1),
    "request_timeout": 60,
    "connect_timeout": 10,
}
files = pyarrow.fs.S3FileSystem(**SETTINGS)


def write(path, body, **settings):
    with files.open_output_stream(path, **settings) as stream:
        stream.write(body)


def read(path):
    with files.open_input_stream(path) as stream:
        return stream.read()


@check
def streams_of_any_size_are_written_and_read():
    bucket = new_bucket(s3)
    for size in [0, 1, 100_000, 12 * MIB]:
        body = os.urandom(size)
        write(f"{bucket}/folder/file ü", body, metadata={"Content-Type": "a/b", "mine": "1"})
        assert read(f"{bucket}/folder/file ü") == body, size
    head = s3.head_object(Bucket=bucket, Key="folder/file ü")
    assert head["ETag"].endswith('-2"') and head["ContentType"] == "a/b", head
    at_once = pyarrow.fs.S3FileSystem(**SETTINGS, allow_delayed_open=True)
    with at_once.open_output_stream(f"{bucket}/delayed") as stream:
        stream.write(b"small")
    assert read(f"{bucket}/delayed") == b"small"


@check
def a_file_is_read_from_anywhere():
    bucket = new_bucket(s3)
    body = os.urandom(3 * MIB)
    s3.put_object(Bucket=bucket, Key="file", Body=body)
    with files.open_input_file(f"{bucket}/file") as file:
        assert file.size() == len(body)
        for start, length in [(0, 1), (1_000_000, 70_000), (3 * MIB - 1, 1), (3 * MIB - 1, 99)]:
            assert file.read_at(length, start) == body[start : start + length], start


@check
def a_partitioned_dataset_is_written_filtered_and_read():
    bucket = new_bucket(s3)
    cities = ["New York", "São Paulo", "a=b&c", "50%", "東京"]
    table = pyarrow.table(
        {"city": [cities[n % 5] for n in range(10_000)], "value": list(range(10_000))}
    )
    parts = pyarrow.dataset.partitioning(pyarrow.schema([("city", pyarrow.string())]), flavor="hive")
    pyarrow.dataset.write_dataset(
        table, f"{bucket}/table", filesystem=files, format="parquet", partitioning=parts
    )
    assert len([key for key in keys_of(s3, bucket) if key.endswith(".parquet")]) == 5
    found = pyarrow.dataset.dataset(f"{bucket}/table", filesystem=files, partitioning=parts)
    assert sorted(found.to_table()["value"].to_pylist()) == list(range(10_000))
    chosen = found.to_table(filter=pyarrow.dataset.field("city") == "50%")
    assert sorted(chosen["value"].to_pylist()) == list(range(3, 10_000, 5))
    pyarrow.parquet.write_table(table, f"{bucket}/one.parquet", filesystem=files)
    assert pyarrow.parquet.read_table(f"{bucket}/one.parquet", filesystem=files).equals(table)


@check
def hostile_keys_are_written_and_read():
    bucket = new_bucket(s3)
    # A path may not have empty parts, and the client resolves `.` and `..` before it sends.
    keys = [key for key in KEYS if not {"", ".", ".."} & set(key.split("/"))]
    for key in keys:
        write(f"{bucket}/{key}", key.encode())
    assert keys_of(s3, bucket) == sorted(keys, key=str.encode)
    for key in keys:
        assert read(f"{bucket}/{key}") == key.encode(), repr(key)
        s3.delete_object(Bucket=bucket, Key=key)


@check
def folders_are_made_listed_and_deleted():
    bucket = new_bucket(s3)
    files.create_dir(f"{bucket}/empty/below", recursive=True)
    write(f"{bucket}/full/a/one", b"1")
    write(f"{bucket}/full/two", b"22")
    kind = files.get_file_info([f"{bucket}/full", f"{bucket}/full/two", f"{bucket}/none"])
    names = ["Directory", "File", "NotFound"]
    assert [info.type.name for info in kind] == names, kind
    below = pyarrow.fs.FileSelector(f"{bucket}/full", recursive=True)
    found = sorted(info.path for info in files.get_file_info(below))
    assert found == [f"{bucket}/full/{name}" for name in ["a", "a/one", "two"]]
    files.copy_file(f"{bucket}/full/two", f"{bucket}/full/copy + %")
    files.move(f"{bucket}/full/two", f"{bucket}/full/moved")
    assert keys_of(s3, bucket, "full/") == ["full/", "full/a/one", "full/copy + %", "full/moved"]
    files.delete_dir_contents(f"{bucket}/full")
    assert keys_of(s3, bucket, "full/") == ["full/"]
    files.delete_dir(f"{bucket}/empty")
    files.delete_dir(f"{bucket}/full")
    assert keys_of(s3, bucket) == []


@check
def thousands_of_keys_are_listed_and_deleted():
    bucket = new_bucket(s3)
    names = [f"folder/{number % 2}/key +%{number:04}" for number in range(2200)]
    fill(s3, bucket, names)
    below = pyarrow.fs.FileSelector(f"{bucket}/folder", recursive=True)
    found = [info.path for info in files.get_file_info(below) if info.is_file]
    assert sorted(found) == sorted(f"{bucket}/{name}" for name in names)
    files.delete_dir(f"{bucket}/folder")
    assert keys_of(s3, bucket) == []


if __name__ == "__main__":
    about("pyarrow", pyarrow.__version__, "PyPI")
    main()

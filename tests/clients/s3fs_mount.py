"""A bucket mounted as a folder, with s3fs."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from checks import ENDPOINT, CannotRun, about, check, client, keys_of, main, new_bucket
from commands import DEBIAN, HOSTILE_NAMES, contents, credentials, run, version, write, write_tree

s3 = client()
MIB = 1 << 20


@contextlib.contextmanager
def mounted(bucket):
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        raise CannotRun("there is no /dev/fuse that may be opened")
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place, "mounted")
        folder.mkdir()
        options = [
            f"url={ENDPOINT}",
            "use_path_request_style",
            # So that uploads in parts and copies in parts happen without gigabytes.
            "multipart_size=5,singlepart_copy_limit=5",
            f"use_cache={place}/cache",
            "del_cache",
            "retries=1",
        ]
        server = subprocess.Popen(
            [DEBIAN, "s3fs", "-f", bucket, str(folder), "-o", ",".join(options)],
            env={**os.environ, **credentials()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until = time.monotonic() + 30
            while not folder.is_mount() and server.poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            if not folder.is_mount():
                server.kill()
                said = server.communicate()[0]
                if "ermission denied" in said or "not permitted" in said:
                    raise CannotRun(f"mounting is not allowed: {said.strip().splitlines()[-1]}")
                raise AssertionError(f"was not mounted: {said}")
            yield folder
        finally:
            # Ends it after all that was written has been sent.
            server.terminate()
            server.communicate(timeout=60)


@check
def files_and_folders_are_made_and_read():
    bucket = new_bucket(s3)
    with mounted(bucket) as folder:
        written = write_tree(folder / "a folder", HOSTILE_NAMES)
        assert contents(folder / "a folder") == written
        assert sorted(os.listdir(folder / "a folder")) == sorted([*HOSTILE_NAMES, "below"])
    with mounted(bucket) as folder:
        assert contents(folder / "a folder") == written, "as another machine sees it"
        shutil.rmtree(folder / "a folder")
    assert keys_of(s3, bucket) == []


@check
def large_files_are_written_changed_and_renamed():
    bucket = new_bucket(s3)
    with mounted(bucket) as folder:
        file = write(folder / "large", 23 * MIB)
        body = bytearray(file.read_bytes())
        assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-4"')
    with mounted(bucket) as folder:
        with open(folder / "large", "r+b") as opened:
            opened.seek(11 * MIB)
            opened.write(b"changed")
        body[11 * MIB : 11 * MIB + 7] = b"changed"
    with mounted(bucket) as folder:
        os.rename(folder / "large", folder / "renamed ü")
    with mounted(bucket) as folder:
        with open(folder / "renamed ü", "ab") as opened:
            opened.write(b"appended")
        os.truncate(folder / "renamed ü", 22 * MIB)
    with mounted(bucket) as folder:
        assert (folder / "renamed ü").read_bytes() == body[: 22 * MIB]
    assert keys_of(s3, bucket) == ["renamed ü"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@check
def modes_owners_times_and_links_are_kept():
    bucket = new_bucket(s3)
    with mounted(bucket) as folder:
        write(folder / "file", 100)
    # Mounted anew, because for a moment after a file is closed s3fs may still write its own times.
    with mounted(bucket) as folder:
        file = folder / "file"
        os.chmod(file, 0o640)
        os.utime(file, (1_500_000_000, 1_600_000_000))
        os.symlink("file", folder / "link")
        os.makedirs(folder / "one/two")
        os.rename(folder / "one", folder / "three")
    with mounted(bucket) as folder:
        status = (folder / "file").stat()
        assert (status.st_mode & 0o777, int(status.st_mtime)) == (0o640, 1_600_000_000), status
        assert os.readlink(folder / "link") == "file"
        assert (folder / "three/two").is_dir() and not (folder / "one").exists()


@check
def what_others_put_into_the_bucket_is_seen():
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="plain/key", Body=b"body")
    with mounted(bucket) as folder:
        assert (folder / "plain/key").read_bytes() == b"body"
        s3.put_object(Bucket=bucket, Key="plain/later", Body=b"later")
        assert (folder / "plain/later").read_bytes() == b"later"


if __name__ == "__main__":
    words = version(DEBIAN, "s3fs", "--version").split()
    about("s3fs", next(word for word in words if word.startswith("V")).removeprefix("V"), "Debian")
    main()

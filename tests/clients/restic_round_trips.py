"""The restic command: backups, whose repository is one of objects."""

import json
import pathlib
import tempfile

from checks import ENDPOINT, about, check, client, keys_of, main, new_bucket
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


class Repository:
    """A repository in a bucket, and a folder to be backed up to it."""

    def __init__(self, place):
        self.bucket = new_bucket(s3)
        self.here = pathlib.Path(place, "here")
        self.back = pathlib.Path(place, "back")
        self.settings = {
            **credentials(),
            "RESTIC_REPOSITORY": f"s3:{ENDPOINT}/{self.bucket}/a repository",
            "RESTIC_PASSWORD": "a password",
            "RESTIC_CACHE_DIR": str(pathlib.Path(place, "cache")),
            "RESTIC_PROGRESS_FPS": "0",
        }
        self("init")

    def __call__(self, *arguments, **settings):
        return run(DEBIAN, "restic", *arguments, environment=self.settings, **settings)

    def snapshots(self):
        return [found["id"] for found in json.loads(self("snapshots", "--json"))]

    def restored(self, snapshot):
        target = self.back / snapshot[:8]
        self("restore", snapshot, "--target", target)
        return contents(target / self.here.relative_to("/"))


@check
def a_folder_is_backed_up_checked_and_restored():
    with tempfile.TemporaryDirectory() as place:
        restic = Repository(place)
        first = write_tree(restic.here, HOSTILE_NAMES + CONTROL_NAMES)
        write(restic.here / "large", 20 * MIB)
        first["large"] = (restic.here / "large").read_bytes()
        restic("backup", restic.here)
        restic("check", "--read-data")
        (restic.here / "plain.txt").unlink()
        write(restic.here / "large", 9 * MIB)
        restic("backup", restic.here)
        second = contents(restic.here)
        older, newer = restic.snapshots()
        assert restic.restored(older) == first
        assert restic.restored(newer) == second
        assert "large" in restic("diff", older, newer)


@check
def forgotten_snapshots_are_pruned_and_the_rest_stays_whole():
    with tempfile.TemporaryDirectory() as place:
        restic = Repository(place)
        for number in range(3):
            write_tree(restic.here, ["one", "two"])
            write(restic.here / f"large {number}", 5 * MIB)
            restic("backup", restic.here)
        kept = contents(restic.here)
        write(restic.here / "large 0", 6 * MIB)
        restic("backup", restic.here)
        _, _, keep, forget = restic.snapshots()
        before = keys_of(s3, restic.bucket)
        restic("forget", "--keep-last=3", "--prune")
        restic("forget", "--prune", forget)
        restic("prune", "--max-unused=0")
        restic("check", "--read-data")
        assert restic.restored(keep) == kept
        assert set(before) - set(keys_of(s3, restic.bucket)), "something was removed"
        assert not [key for key in keys_of(s3, restic.bucket) if "/locks/" in key]


@check
def a_lost_pack_is_noticed():
    with tempfile.TemporaryDirectory() as place:
        restic = Repository(place)
        write(restic.here / "file", 2 * MIB)
        restic("backup", restic.here)
        restic("check")
        packs = s3.list_objects_v2(Bucket=restic.bucket, Prefix="a repository/data/")["Contents"]
        # The one with the file, not that with the folder: for that it would try again for minutes.
        large = max(packs, key=lambda pack: pack["Size"])
        s3.delete_object(Bucket=restic.bucket, Key=large["Key"])
        assert "pack" in restic("check", fails=True)


@check
def keys_are_added_and_a_wrong_one_is_refused():
    with tempfile.TemporaryDirectory() as place:
        restic = Repository(place)
        other = pathlib.Path(place, "password")
        other.write_text("another password")
        restic("key", "add", "--new-password-file", other)
        restic("snapshots", "--password-file", other)
        other.write_text("a wrong one")
        restic("snapshots", "--password-file", other, fails=True)
        restic("init", fails=True)


if __name__ == "__main__":
    about("restic", version(DEBIAN, "restic", "version").split()[1], "Debian")
    main()

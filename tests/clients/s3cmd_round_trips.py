"""The s3cmd command."""

import pathlib
import sys
import tempfile
import urllib.request

from checks import ACCESS_KEY, SECRET_KEY, about, check, client, fill, keys_of, main, new_bucket
from commands import CONTROL_NAMES, HOST, HOSTILE_NAMES, contents, run, version, write, write_tree

s3 = client()
S3CMD = pathlib.Path(sys.executable).with_name("s3cmd")
MIB = 1 << 20


def s3cmd(*arguments, **settings):
    options = {
        "access_key": ACCESS_KEY,
        "secret_key": SECRET_KEY,
        # Both without the bucket: it goes into the path.
        "host": HOST,
        "host-bucket": HOST,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    plain = ["--config=/dev/null", "--no-ssl", "--no-progress", "--max-retries=0"]
    return run(sys.executable, S3CMD, *plain, *flags, *arguments, **settings)


@check
def files_go_up_are_told_about_and_come_down():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here = pathlib.Path(place)
        for name, size in [("empty", 0), ("small one.txt", 1000), ("large ü", 12 * MIB)]:
            write(here / name, size)
            s3cmd("put", "--multipart-chunk-size-mb=5", here / name, f"s3://{bucket}/in/{name}")
            s3cmd("get", "--force", f"s3://{bucket}/in/{name}", here / "back")
            assert (here / "back").read_bytes() == (here / name).read_bytes(), name
    assert s3.head_object(Bucket=bucket, Key="in/large ü")["ETag"].endswith('-3"')
    assert str(12 * MIB) in s3cmd("info", f"s3://{bucket}/in/large ü")
    assert s3cmd("du", f"s3://{bucket}").split()[:2] == [str(12 * MIB + 1000), "3"]
    assert f"DIR  s3://{bucket}/in/" in s3cmd("ls", f"s3://{bucket}")
    assert f"s3://{bucket}/in/large ü" in s3cmd("la", "--recursive")


@check
def a_folder_with_hostile_names_is_synchronised_both_ways():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        here, back = pathlib.Path(place, "here"), pathlib.Path(place, "back")
        written = write_tree(here, HOSTILE_NAMES)
        back.mkdir()
        s3cmd("sync", f"{here}/", f"s3://{bucket}/x/")
        keys = keys_of(s3, bucket)
        assert keys == sorted((f"x/{name}" for name in written), key=str.encode)
        s3cmd("sync", f"s3://{bucket}/x/", f"{back}/")
        assert contents(back) == written
        assert "upload:" not in s3cmd("sync", f"{here}/", f"s3://{bucket}/x/"), "nothing to do"
        (here / "plain.txt").unlink()
        s3cmd("sync", "--delete-removed", f"{here}/", f"s3://{bucket}/x/")
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == len(written) - 1
        s3cmd("del", "--recursive", "--force", f"s3://{bucket}")
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
        s3cmd("rb", f"s3://{bucket}")


@check
def control_characters_in_names():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file = write(pathlib.Path(place, "file"), 100)
        for name in CONTROL_NAMES:
            s3cmd("put", file, f"s3://{bucket}/{name}")
    keys = keys_of(s3, bucket)
    # The command takes what follows a line feed for another line, and sends only the first.
    sent = [name.split("\n")[0] for name in CONTROL_NAMES]
    assert keys == sorted(sent, key=str.encode), keys
    # Where its reader of XML does not know them at all, it shows nothing of any of them.
    s3.delete_object(Bucket=bucket, Key="\x01\x02\x7f")
    assert "tab\there" in s3cmd("ls", f"s3://{bucket}")


@check
def an_upload_and_a_download_go_on_where_they_stopped():
    bucket = new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file, back = write(pathlib.Path(place, "file"), 11 * MIB), pathlib.Path(place, "back")
        begun = s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
        first = file.read_bytes()[: 5 * MIB]
        part = {"Bucket": bucket, "Key": "key", "UploadId": begun}
        s3.upload_part(**part, PartNumber=1, Body=first)
        assert begun in s3cmd("multipart", f"s3://{bucket}")
        assert str(5 * MIB) in s3cmd("listmp", f"s3://{bucket}/key", begun)
        resume = ["--continue-put", f"--upload-id={begun}", "--multipart-chunk-size-mb=5"]
        s3cmd("put", *resume, file, f"s3://{bucket}/key")
        assert s3.head_object(Bucket=bucket, Key="key")["ETag"].endswith('-3"')
        back.write_bytes(first)
        s3cmd("get", "--continue", f"s3://{bucket}/key", back)
        assert back.read_bytes() == file.read_bytes()
        begun = s3.create_multipart_upload(Bucket=bucket, Key="other")["UploadId"]
        s3cmd("abortmp", f"s3://{bucket}/other", begun)
        assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@check
def objects_are_copied_moved_and_given_headers():
    bucket, other = new_bucket(s3), new_bucket(s3)
    with tempfile.TemporaryDirectory() as place:
        file = write(pathlib.Path(place, "file.css"), 1000)
        given = ["--add-header=x-amz-meta-colour:grün", "--mime-type=text/x-test"]
        s3cmd("put", *given, file, f"s3://{bucket}/a b+c")
        # Without the flag it copies the access control list too, which new buckets refuse.
        s3cmd("cp", "--acl-private", f"s3://{bucket}/a b+c", f"s3://{other}/é copy")
        s3cmd("mv", "--acl-private", f"s3://{other}/é copy", f"s3://{other}/moved")
        head = s3.head_object(Bucket=other, Key="moved")
        assert head["ContentType"] == "text/x-test" and head["ContentLength"] == 1000, head
        assert head["Metadata"]["colour"], head
        s3cmd("modify", "--acl-private", "--add-header=Cache-Control:max-age=5", f"s3://{other}/moved")
        assert s3.head_object(Bucket=other, Key="moved")["CacheControl"] == "max-age=5"
        assert s3.list_objects_v2(Bucket=other)["KeyCount"] == 1


@check
def settings_of_buckets_and_objects():
    bucket = new_bucket(s3)
    at, key = f"s3://{bucket}", f"s3://{bucket}/key"
    s3.put_object(Bucket=bucket, Key="key", Body=b"linked")
    with tempfile.TemporaryDirectory() as place:
        rules = pathlib.Path(place, "rules")
        rules.write_text(
            "<LifecycleConfiguration><Rule><ID>a</ID><Prefix>x/</Prefix><Status>Enabled</Status>"
            "<Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>"
        )
        s3cmd("setlifecycle", rules, at)
        assert "<Days>3</Days>" in s3cmd("getlifecycle", at)
        s3cmd("dellifecycle", at)
        rules.write_text(
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>"
            "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"
        )
        s3cmd("setcors", rules, at)
        assert "<AllowedMethod>GET" in s3cmd("info", at)
        s3cmd("delcors", at)
        rules.write_text(
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
            f'"Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}'
        )
        s3cmd("setpolicy", rules, at)
        assert "s3:GetObject" in s3cmd("info", at)
        s3cmd("delpolicy", at)
    s3cmd("settagging", key, "a=1&b=2")
    assert s3cmd("gettagging", key).split()[2:] == ["a:", "1", "b:", "2"]
    s3cmd("setversioning", at, "enable")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    # Links are signed in version 2, which the server has to be told to accept.
    link = s3cmd("signurl", key, "+60").strip()
    assert urllib.request.urlopen(link, timeout=30).read() == b"linked"
    assert f"s3://{bucket}/key" in s3cmd("ls", "--signature-v2", at)


@check
def thousands_of_keys_are_listed():
    bucket = new_bucket(s3)
    names = [f"key +%{number:04}" for number in range(2100)]
    fill(s3, bucket, names)
    listed = s3cmd("ls", f"s3://{bucket}").splitlines()
    assert [line.split("/", 3)[3] for line in listed] == names
    s3cmd("del", "--recursive", "--force", f"s3://{bucket}")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


if __name__ == "__main__":
    about("s3cmd", version(sys.executable, S3CMD, "--version").split()[-1], "PyPI")
    main()

"""Whatever botocore signs is understood: hostile paths, queries and headers, in every form of
signature, as generated requests. A request that is refused for its signature is a difference
between its canonical form and ours."""

import os
import random
import urllib.error
import urllib.parse
import urllib.request

import botocore
from botocore.auth import HmacV1Auth, HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY, about, check, client, main, new_bucket

s3 = client()
credentials = Credentials(ACCESS_KEY, SECRET_KEY)
# The same requests in every run, unless somebody wants others.
dice = random.Random(int(os.environ.get("CAIRN_SEED", "1")))

ALPHABET = "aZ09-_.~!*'();:@&=+$,/?#[]% \"<>\\^`{|}üキ🪨"
# Parameters of a listing and of answers; the values are anybody's.
PARAMETERS = ["prefix", "marker", "delimiter", "x-id", "response-expires", "versionId"]


def word(longest):
    return "".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, longest)))


def generated(bucket):
    """Method and address of a request, and headers that it signs."""
    path = f"/{bucket}/" + urllib.parse.quote(word(12), safe=dice.choice(["", "/", "/~"]))
    pairs = [(dice.choice(PARAMETERS[:4]), word(6)) for _ in range(dice.randint(0, 3))]
    if dice.random() < 0.3:
        pairs.append(("response-content-type", word(6)))
    query = "&".join(f"{name}={urllib.parse.quote(value, safe='')}" for name, value in pairs)
    headers = {}
    if dice.random() < 0.5:
        headers["x-amz-meta-" + dice.choice("abc")] = dice.choice(["plain", "two  words", "a,b"])
    if dice.random() < 0.3:
        headers["Content-Type"] = "text/plain; charset=utf-8"
    address = ENDPOINT + path + ("?" + query if query else "")
    return dice.choice(["GET", "HEAD", "DELETE"]), address, headers


def answer(signer, method, address, headers):
    request = AWSRequest(method=method, url=address, headers=headers)
    signer.add_auth(request)
    prepared = request.prepare()
    sent = urllib.request.Request(
        prepared.url, method=method, headers={k: str(v) for k, v in prepared.headers.items()}
    )
    try:
        with urllib.request.urlopen(sent, timeout=30) as reply:
            return reply.status, b""
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def all_understood(signer):
    bucket = new_bucket(s3)
    for _ in range(300):
        method, address, headers = generated(bucket)
        status, body = answer(signer, method, address, headers)
        # Nothing is stored, so there is nothing to find; but whoever asks is known.
        assert status in (200, 204, 400, 404), f"{status} {method} {address} {headers}\n{body}"
        assert b"Signature" not in body, f"{method} {address}\n{body}"


@check
def version_4_in_headers():
    all_understood(S3SigV4Auth(credentials, "s3", "us-east-1"))


@check
def version_4_in_links():
    all_understood(S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=60))


@check
def version_2_in_headers():
    all_understood(HmacV1Auth(credentials))


@check
def version_2_in_links():
    all_understood(HmacV1QueryAuth(credentials, expires=60))


@check
def a_wrong_secret_is_refused_in_every_form():
    wrong = Credentials(ACCESS_KEY, "not the secret")
    for signer in [
        S3SigV4Auth(wrong, "s3", "us-east-1"),
        S3SigV4QueryAuth(wrong, "s3", "us-east-1", expires=60),
        HmacV1Auth(wrong),
        HmacV1QueryAuth(wrong, expires=60),
    ]:
        status, body = answer(signer, "GET", ENDPOINT + "/bucket/key", {})
        assert status == 403 and b"SignatureDoesNotMatch" in body, f"{status} {body}"


if __name__ == "__main__":
    about("botocore, all signatures", botocore.__version__, "PyPI")
    main()

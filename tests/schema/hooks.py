"""What schemathesis has to know beyond the document: how one logs in, what there is to ask about, and
what a test may not do to the machine it runs on."""

import atexit
import collections
import functools
import http.client
import json
import os
import time
import urllib.error
import urllib.request

import schemathesis
from schemathesis.generation.meta import TestPhase

# How often each operation has been answered how.
ANSWERED = collections.Counter()
BASE = os.environ["CAIRN_TEST_CONSOLE"] + "/api/v1"
# The operations that were asked for, a line each; of all runs together.
ASKED = "asked.txt"

# What there is, by the name of a path's parameter and the beginning of the path.
KNOWN = {
    ("/buckets", "name"): "photos",
    ("/buckets", "kind"): "cors",
    ("/users", "name"): "anna",
    ("/users", "policy"): "inner",
    ("/groups", "name"): "friends",
    ("/groups", "user"): "anna",
    ("/groups", "policy"): "inner",
    ("/policies", "name"): "inner",
    ("/jobs", "id"): "1",
    ("/events", "webhook"): "hook",
    ("/s3", "bucket"): "photos",
    ("/s3", "key"): "a",
}
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
# The same for fields of a query or a body, and bodies that are documents as a whole.
FIELDS = {"key": "a", "document": DOCUMENT, "objects": [{"key": "a"}], "keys": ["a", "b/"]}
FIELDS |= {"tags": {"a": "b"}, "principal": "anna", "actions": ["s3:GetObject"], "path": "/some/"}
WHOLE = {"SetBucketConfig": CORS, "SetUserPolicy": DOCUMENT, "SetGroupPolicy": DOCUMENT}


class Elsewhere(urllib.request.HTTPHandler):
    """What the hooks ask comes from another address than what is tried out: of that, many passwords
    are wrong, and after some of them nobody from there gets in for a while."""

    def http_open(self, request):
        own = ("127.0.0.2", 0)
        return self.do_open(http.client.HTTPConnection, request, source_address=own)


OPENER = urllib.request.build_opener(Elsewhere)


def send(method, path, body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, method=method)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with OPENER.open(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def log_in():
    name, password = os.environ["CAIRN_TEST_USER"], os.environ["CAIRN_TEST_PASSWORD"]
    return send("POST", "/session", {"name": name, "password": password})["access_token"]


@functools.lru_cache(maxsize=1)
def token_until(_ten_minutes):
    return log_in()


def prepare():
    """Something of each kind, as far as it is not there."""
    token = token_until(int(time.monotonic() / 600))

    def ensure(method, path, body=None):
        try:
            send(method, path, body, token)
        except urllib.error.HTTPError as refused:
            if refused.code >= 500:
                raise

    ensure("POST", "/buckets", {"name": "photos", "versioning": True})
    for key in ("a", "b/c", "b/d"):
        ensure("PUT", "/s3/photos/" + key, {"some": "bytes"})
    ensure("POST", "/users", {"name": "anna", "password": "correct horse"})
    ensure("PUT", "/users/anna/policies/inner", DOCUMENT)
    ensure("POST", "/groups", {"name": "friends"})
    ensure("PUT", "/groups/friends/policies/inner", DOCUMENT)
    ensure("PUT", "/groups/friends/members/anna", None)
    ensure("POST", "/policies", {"name": "inner", "document": DOCUMENT})
    ensure("POST", "/jobs", {"kind": "check"})


@schemathesis.auth(refresh_interval=300)
class Login:
    def get(self, case, context):
        return token_until(int(time.monotonic() / 600))

    def set(self, case, data, context):
        case.headers = dict(case.headers or {})
        case.headers["Authorization"] = "Bearer " + data


def mostly(value):
    """Five of six, and always the same of the same."""
    return sum(json.dumps(value, default=str).encode()) % 6 > 0


def fill(fields):
    for name in fields:
        if name in FIELDS and mostly(fields[name]):
            fields[name] = FIELDS[name]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Most requests are about something that is there, and say of it what can be said; the others
    show what happens if not. A backup goes to a folder of this machine: here it only learns that
    its path is not one."""
    front = "/" + case.operation.path.split("/")[1]
    if case.operation.definition.raw["operationId"] == "LogOut":
        # A session of its own: that of all others goes on.
        case.headers = dict(case.headers or {}, Authorization="Bearer " + log_in())
    # Along a link it is about what was made just before.
    known = KNOWN if case.meta.phase.name != TestPhase.STATEFUL else {}
    for name, value in (case.path_parameters or {}).items():
        if (front, name) in known and mostly(value):
            case.path_parameters[name] = known[front, name]
    fill(case.query or {})
    whole = WHOLE.get(case.operation.definition.raw["operationId"])
    if whole and mostly(case.body):
        case.body = whole
    if isinstance(case.body, dict):
        fill(case.body)
        if case.body.get("to"):
            case.body["to"] = "relative"


@schemathesis.hook
def after_call(context, case, response):
    """What has been deleted is there again for the next request."""
    ANSWERED[case.operation.definition.raw["operationId"], response.status_code // 100] += 1
    if case.method == "DELETE" and response.status_code < 300:
        prepare()


@atexit.register
def tell():
    """Which operations have never succeeded: nothing much has been tried there."""
    if not ANSWERED:
        return
    names = sorted({name for name, _ in ANSWERED})
    with open(ASKED, "a") as asked:
        asked.writelines(name + "\n" for name in names)
    never = [name for name in names if not ANSWERED[name, 2]]
    total = {status: sum(n for (_, its), n in ANSWERED.items() if its == status) for status in (2, 4, 5)}
    print("answers by class:", total)
    print("never with success:", ", ".join(never) or "none")

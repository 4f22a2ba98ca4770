"""Holds the admin interface of a running server to its own document: whatever is asked, nothing is
answered with 5xx, and every answer is what the document says. CAIRN_TEST_SECONDS bounds it, but each
operation is asked for at least once, however slow the machine is."""

import os
import subprocess
import sys

import hooks

# Its answer has no end, and is asked for by tests of its own.
LEFT_OUT = ["WatchServer"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]
SECONDS = int(os.environ.get("CAIRN_TEST_SECONDS", "60"))


def run(phases, checks, share, *which):
    command = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"),
        "run",
        hooks.BASE + "/openapi.json",
        "--checks=" + ",".join(checks),
        "--phases=" + phases,
        "--max-time=" + str(max(1, int(SECONDS * share))),
        "--max-examples=" + os.environ.get("CAIRN_TEST_EXAMPLES", "20"),
        "--seed=" + os.environ.get("CAIRN_TEST_SEED", "1"),
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--warnings=off",
        "--request-timeout=20",
        "--generation-database=none",
        *which,
    ]
    here = os.path.dirname(os.path.abspath(__file__))
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=here)
    return subprocess.run(command, env=environment).returncode


hooks.prepare()
left_out = ["--exclude-operation-id=" + name for name in LEFT_OUT]
outcomes = [
    run("coverage,fuzzing", CHECKS, 0.6, "--exclude-tag=s3", *left_out),
    # What was made is asked for, changed and deleted, along the links of the document. What an
    # answer says of one thing that is there need not hold once another request has taken it away,
    # so only what the document says is looked at, as above.
    run("stateful", CHECKS, 0.3, "--exclude-tag=s3", *left_out),
    # What is answered there is Amazon's to describe; it must not be 5xx.
    run("coverage,fuzzing", ["not_a_server_error"], 0.1, "--include-tag=s3"),
]


def never_asked():
    paths = hooks.send("GET", "/openapi.json")["paths"].values()
    operations = [it for path in paths for it in path.values() if "operationId" in it]
    with open(hooks.ASKED) as asked:
        known = {*asked.read().split(), *LEFT_OUT}
    missing = [it for it in operations if it["operationId"] not in known]
    return {it["operationId"]: "s3" in it.get("tags", []) for it in missing}


# Whom the time did not reach.
for name, is_of_s3 in never_asked().items():
    checks = ["not_a_server_error"] if is_of_s3 else CHECKS
    outcomes.append(run("coverage,fuzzing", checks, 0.1, "--include-operation-id=" + name))
missing = never_asked()
if missing:
    print("never asked:", ", ".join(sorted(missing)))
    outcomes.append(1)
sys.exit(max(outcomes))

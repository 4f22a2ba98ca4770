"""Holds the admin interface of a running server to its own document: whatever is asked, nothing is
answered with 5xx, and every answer is what the document says. CAIRN_TEST_SECONDS bounds it."""

import os
import subprocess
import sys

import hooks

# They would end the session of all others, last for ever, or are Amazon's to describe.
LEFT_OUT = ["LogOut", "WatchServer"]
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

hooks.prepare()
command = [
    os.path.join(os.path.dirname(sys.executable), "schemathesis"),
    "run",
    hooks.BASE + "/openapi.json",
    "--checks=" + ",".join(CHECKS),
    "--phases=" + os.environ.get("CAIRN_TEST_PHASES", "coverage,fuzzing"),
    "--max-time=" + os.environ.get("CAIRN_TEST_SECONDS", "45"),
    "--max-examples=" + os.environ.get("CAIRN_TEST_EXAMPLES", "20"),
    "--seed=" + os.environ.get("CAIRN_TEST_SEED", "1"),
    "--suppress-health-check=all",
    "--continue-on-failure",
    "--warnings=off",
    "--request-timeout=20",
    "--exclude-tag=s3",
    "--generation-database=none",
]
command += ["--exclude-operation-id=" + name for name in LEFT_OUT]
here = os.path.dirname(os.path.abspath(__file__))
environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=here)
sys.exit(subprocess.run(command, env=environment).returncode)

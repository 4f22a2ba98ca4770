"""What the scripts share that are about clients which are commands."""

import os
import pathlib
import subprocess

from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY

DEBIAN = str(pathlib.Path(__file__).with_name("debian"))
HOST = ENDPOINT.removeprefix("http://")

# Names of files that a disk can hold and that have to survive on their way through URLs and XML.
HOSTILE_NAMES = [
    "plain.txt",
    "with space",
    " leading and trailing ",
    "plus+plus",
    "a%20b",
    "%2F",
    "100%",
    "a&b=c?d#e;f,g:h@i!j$k'l(m)n",
    'quote"quote',
    "back\\slash",
    "<xml attr='1'>&amp;<",
    "~tilde^caret`grave|pipe{brace}[bracket]",
    "...",
    "grüße",
    "日本語",
    "emoji 🪨",
    "e\u0301 and é",
    "x" * 255,
]
# Those that clients may refuse to send, or that XML cannot hold unencoded.
CONTROL_NAMES = ["line\nfeed", "carriage\rreturn", "tab\there", "\x01\x02\x7f"]


def run(*command, fails=False, feed=None, text=True, environment=None, seconds=120):
    """Runs a command; what it printed, if it ended as it should, or what it complained of."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    # A client that has to go through a proxy to reach this machine reaches something else.
    settings.update({"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}, **(environment or {}))
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        input=feed,
        text=text,
        env=settings,
        timeout=seconds,
    )
    assert (done.returncode != 0) == fails, (command, done.returncode, done.stdout, done.stderr)
    return done.stderr if fails else done.stdout


def credentials():
    return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


def version(*command):
    """The first line that the command prints of its version, without what follows the number."""
    lines = run(*command).splitlines()
    return next(line for line in lines if line.strip())


def write(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))
    return path


def write_tree(folder, names):
    """A file of each name in the folder and in one below it; what was written, by its path."""
    for number, name in enumerate(names):
        write(folder / name, 100 + number)
        write(folder / "below" / name, 200 + number)
    return contents(folder)


def contents(folder):
    """The bytes of all files in the folder, by their path from there."""
    found = (pathlib.Path(path, name) for path, _, names in os.walk(folder) for name in names)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}

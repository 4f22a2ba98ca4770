"""Keys that break clients and servers which take them for paths, for URLs or for XML."""

import json
import pathlib

KEYS = json.loads(pathlib.Path(__file__).with_name("hostile.json").read_text(encoding="utf-8"))
# As long as keys may be.
KEYS += ["x" * 1024, "ü" * 512]

"""Writes docs/CLIENTS.md from what the checks said: `matrix.py REPORTS OUTPUT`."""

import pathlib
import sys

HEAD = """# Real clients

What released clients have been shown to do with Cairn. `make clients-matrix` writes this page from a
run of the checks in `tests/clients` against the real server; `make test` runs the same checks, and
fails if a check is missing here. Every client is installed from the public registry named beside it;
those of PyPI, npm and crates.io are pinned, those of Debian are what its release holds ({debian}
here). All were told of the endpoint, the credentials and to put buckets into the path, and nothing
else, unless their checks say so.

| client | version | from | checks |
| --- | --- | --- | --- |
"""


class Report:
    """What one script said."""

    def __init__(self, text):
        self.own, self.others, self.cannot = [], {}, {}
        for line in text.splitlines():
            kind, _, rest = line.partition("  ")
            fields = [field for field in rest.strip().split("  ") if field]
            if kind == "source":
                self.source = fields[0]
            elif kind == "client":
                self.client, self.version, self.origin = fields
            elif kind == "ok":
                module, _, name = fields[0].rpartition(".")
                if module:
                    self.others[module] = self.others.get(module, 0) + 1
                else:
                    self.own.append(name)
            elif kind == "cannot":
                self.own.append(fields[0])
                self.cannot[fields[0]] = fields[1]

    def count(self):
        return len(self.own) + sum(self.others.values()) - len(self.cannot)

    def lines(self):
        yield f"`tests/clients/{self.source}`:"
        yield ""
        for name in self.own:
            why = f" (not run: {self.cannot[name]})" if name in self.cannot else ""
            yield f"- {name.replace('_', ' ')}{why}"
        for module, count in self.others.items():
            yield f"- and the {count} checks of `tests/clients/{module}.py`"
        yield ""


def page(reports):
    release = pathlib.Path("/etc/debian_version")
    debian = release.read_text().strip() if release.exists() else "not Debian"
    clients = {}
    for report in reports:
        clients.setdefault(report.client, []).append(report)
    text = HEAD.format(debian=debian)
    for name, some in clients.items():
        checks = sum(report.count() for report in some)
        text += f"| {name} | {some[0].version} | {some[0].origin} | {checks} |\n"
    for name, some in clients.items():
        text += f"\n## {name}\n\n" + "\n".join(line for report in some for line in report.lines())
    return text.rstrip("\n") + "\n"


def main():
    reports, output = (pathlib.Path(argument) for argument in sys.argv[1:])
    found = [Report(path.read_text()) for path in sorted(reports.iterdir())]
    output.write_text(page(found))


if __name__ == "__main__":
    main()

# The one list of commands. Everything compiled lies in a cache folder outside the clone, so that
# a fresh clone starts from what an earlier one built; with an empty cache the result is the same.

CACHE := $(or $(strip $(XDG_CACHE_HOME)),$(HOME)/.cache)/cairn
ifeq ($(strip $(CARGO_TARGET_DIR)),)
CARGO_TARGET_DIR := $(CACHE)/target
endif
export CARGO_TARGET_DIR

DATA ?= ./data
LISTEN ?= 127.0.0.1:9000
FUZZ_SECONDS ?= 60
NPM := tools/npm --prefix admin/console

.DEFAULT_GOAL := help
.PHONY: help run test lint audit image bench soak fuzz clients clients-matrix build-tools test-tools \
  console console-check console-packages console-tools newcomer

help:
	@echo 'make run    build and start a server on http://$(LISTEN), data in $(DATA)'
	@echo 'make console  build the web console, which the next build of the server embeds'
	@echo 'make test   all tests: unit, process and real S3 clients'
	@echo 'make lint   formatting and clippy, warnings are errors'
	@echo 'make audit  known vulnerabilities of what is depended on, and licences'
	@echo 'make image  the container image, cairn:latest'
	@echo 'make bench  micro-benchmarks and load programs'
	@echo 'make soak   the long versions of the tests'
	@echo 'make fuzz   every fuzz target for $(FUZZ_SECONDS) seconds'
	@echo 'make newcomer  the path of a newcomer from a fresh clone to a download, timed'
	@echo 'make clients-matrix  runs the real clients and writes docs/CLIENTS.md'

run: build-tools console
	cargo build --release --locked --bin cairn
	exec "$(CARGO_TARGET_DIR)/release/cairn" server --data "$(DATA)" --listen "$(LISTEN)"

# Lint and test share the dev profile, so RocksDB is compiled once for both.
lint: build-tools console-check
	cargo fmt --all --check
	cargo fmt --manifest-path tests/clients/rust/Cargo.toml --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	tools/audit dependencies

# Needs the advisory database of RustSec, which is fetched; ADVISORIES=FOLDER names a copy of it.
audit: build-tools
	tools/audit all

image:
	docker build -f docker/Dockerfile -t cairn .

# cargo-nextest where it is installed, else cargo's own runner. The runner's summary comes last.
test: clients console-check console
	@if cargo nextest --version >/dev/null 2>&1; then \
	  set -ex; cargo test --workspace --doc --locked; cargo nextest run --workspace --locked; \
	else \
	  set -ex; cargo test --workspace --locked; \
	fi

# The console: admin/console/dist, under its bound of size. A server built without it says so. Once it
# is built anew, so must the server be, which embeds it.
console: console-packages
	@newer=$$(find admin/console -newer admin/console/dist/index.html -not -path '*/node_modules/*' \
	  -not -path '*/dist/*' -type f 2>/dev/null || echo none); \
	if [ -n "$$newer" ] || [ ! -e admin/console/dist/index.html ]; then \
	  set -ex; $(NPM) run build; \
	  touch admin/build.rs; \
	fi

# Types, accessibility rules of the compiler, and the tests of what is pure.
console-check: console-packages
	$(NPM) run check
	$(NPM) test

# Anew only when the lock file has changed.
console-packages: console-tools
	@cmp -s admin/console/package-lock.json admin/console/node_modules/.cairn-lock || { \
	  set -ex; $(NPM) ci --silent; \
	  cp admin/console/package-lock.json admin/console/node_modules/.cairn-lock; }

# Fresh clone, make run, console, bucket, upload, download with aws: timed.
newcomer: clients
	tests/newcomer

bench: build-tools
	cargo bench --workspace --benches --locked

# Soak tests are the ignored ones, `#[ignore = "soak: ..."]` (tests/tidy.rs allows no other kind),
# and those that go on for longer when CAIRN_SOAK is set.
soak: build-tools test-tools console
	@if cargo nextest --version >/dev/null 2>&1; then \
	  export CAIRN_SOAK=1; set -ex; cargo nextest run --workspace --release --locked --run-ignored all --profile soak; \
	else \
	  export CAIRN_SOAK=1; set -ex; cargo test --workspace --release --locked -- --include-ignored; \
	fi

# With stable Rust: fuzz/rustc-coverage instruments this workspace and nothing else, so that no
# dependency is compiled again. Inputs found go to the cache, and so does one that breaks a promise,
# which is named at the end: put it into fuzz/corpus, where the tests read it too.
fuzz: build-tools
	RUSTC_WORKSPACE_WRAPPER="$(CURDIR)/fuzz/rustc-coverage" \
	  cargo build --locked -p cairn-fuzz --features libfuzzer --bin cairn-fuzz
	@set -e; for corpus in fuzz/corpus/*; do \
	  target=$${corpus##*/}; found="$(CACHE)/fuzz/$$target"; mkdir -p "$$found"; \
	  echo "== $$target for $(FUZZ_SECONDS) seconds"; \
	  FUZZ_TARGET=$$target "$(CARGO_TARGET_DIR)/debug/cairn-fuzz" "$$found" "$$corpus" \
	    -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
	    -verbosity=0 -print_final_stats=1 -artifact_prefix="$(CACHE)/fuzz/$$target-"; \
	done

# The clients with which the server is tested, in the cache: each launcher installs on first use.
clients: build-tools test-tools
	@tests/clients/python --version >/dev/null
	@tests/clients/node --version >/dev/null
	@tests/clients/debian true
	@tests/clients/cargo --version >/dev/null

# Writes docs/CLIENTS.md from a run of all checks with real clients.
clients-matrix: clients
	@set -e; reports=$$(mktemp -d); trap 'rm -rf "$$reports"' EXIT; \
	  CAIRN_CLIENTS_REPORTS="$$reports" cargo test --locked -p cairn --test server_clients; \
	  tests/clients/python tests/clients/matrix.py "$$reports" docs/CLIENTS.md

build-tools:
	@tools/prerequisites build

console-tools:
	@tools/prerequisites console

test-tools:
	@tools/prerequisites test

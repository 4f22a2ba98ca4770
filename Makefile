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

.DEFAULT_GOAL := help
.PHONY: help run test lint bench soak fuzz clients build-tools test-tools

help:
	@echo 'make run    build and start a server on http://$(LISTEN), data in $(DATA)'
	@echo 'make test   all tests: unit, process and real S3 clients'
	@echo 'make lint   formatting and clippy, warnings are errors'
	@echo 'make bench  micro-benchmarks and load programs'
	@echo 'make soak   the long versions of the tests'
	@echo 'make fuzz   every fuzz target for $(FUZZ_SECONDS) seconds'

run: build-tools
	cargo build --release --locked --bin cairn
	exec "$(CARGO_TARGET_DIR)/release/cairn" server --data "$(DATA)" --listen "$(LISTEN)"

# Lint and test share the dev profile, so RocksDB is compiled once for both.
lint: build-tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

# cargo-nextest where it is installed, else cargo's own runner. The runner's summary comes last.
test: build-tools clients
	@if cargo nextest --version >/dev/null 2>&1; then \
	  set -ex; cargo test --workspace --doc --locked; cargo nextest run --workspace --locked; \
	else \
	  set -ex; cargo test --workspace --locked; \
	fi

bench: build-tools
	cargo bench --workspace --benches --locked

# Soak tests are the ignored ones: `#[ignore = "soak: ..."]`. tests/tidy.rs allows no other kind.
soak: build-tools
	@if cargo nextest --version >/dev/null 2>&1; then \
	  set -ex; cargo nextest run --workspace --release --locked --run-ignored only --profile soak; \
	else \
	  set -ex; cargo test --workspace --release --locked -- --ignored; \
	fi

fuzz: build-tools
	@test -d fuzz || { echo 'there are no fuzz targets: no folder fuzz/' >&2; exit 1; }
	@cargo fuzz --version >/dev/null 2>&1 || \
	  { echo 'cargo-fuzz is missing: cargo install cargo-fuzz' >&2; exit 1; }
	@set -e; for target in $$(cargo +nightly fuzz list); do \
	  cargo +nightly fuzz run "$$target" -- -max_total_time=$(FUZZ_SECONDS) -timeout=10; \
	done

# The Python packages with which real clients are tested, in a virtual environment in the cache.
clients: test-tools
	@tests/clients/python --version >/dev/null

build-tools:
	@tools/prerequisites build

test-tools:
	@tools/prerequisites test

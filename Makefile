# `make` alone lists what there is. Settings are given as `make run PORT=9000`.
DATA_DIR ?= .obhut
PORT ?= 8080
SANDBOX_PORT ?= 8090
READY_FILE ?=
PYTHON ?= python3

SWIFT_SOURCES = Sources Tests Benchmarks Package.swift

.DEFAULT_GOAL := help
.PHONY: run test bench prove lint format clean help install install-for-tests

run: install ## Start everything locally: PostgreSQL, two regions, sandbox, server (DATA_DIR, PORT, SANDBOX_PORT)
	swift build --product obhut
	exec .build/debug/obhut dev --data-dir "$(DATA_DIR)" --port "$(PORT)" --sandbox-port "$(SANDBOX_PORT)" \
		$(if $(READY_FILE),--ready-file "$(READY_FILE)")

test: install-for-tests .venv/ready ## Run all tests: the Swift targets', then the acceptance tests against the built server
	swift build --build-tests
	swift test --skip-build --parallel
	.venv/bin/python -m pytest Tests/Acceptance

bench: install .venv/ready ## Measure a release build beside PostgreSQL's own limit on the same machine
	swift build -c release --product obhut
	swift build -c release --product Bench
	.venv/bin/python Benchmarks/run.py

prove: install .venv/ready ## Show each promise, the test or harness that would fail without it, and its result
	.venv/bin/python Tests/Harness/prove.py

lint: ## Check the Swift sources against .swift-format; any finding fails
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

format: ## Rewrite the Swift sources as .swift-format asks
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

clean: ## Remove what was built; the data folder stays
	rm -rf .build .venv
	find Tests Benchmarks -name __pycache__ -o -name .pytest_cache | xargs rm -rf

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:
	@Scripts/install.sh

install-for-tests:
	@Scripts/install.sh test

# The time stamp of this file says which requirements are installed.
.venv/ready: Tests/Acceptance/requirements.txt | install
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The commands of this project. `make demo` and `make test` need nothing but a Debian-like machine and a JDK 25.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MVN = . .work/env.sh && mvn -q -B

.PHONY: help setup demo test test-built build bench chaos fuzz audit format clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## find or install what building and running need
	@scripts/setup

build: setup ## build dist/roundelay and the Python wheels
	@scripts/build

demo: build ## train the digits example on three sandboxed workers (KEEP=1 leaves it running)
	@scripts/demo

test: ## run the suites of the tree
	@scripts/setup --test
	@scripts/build
	@scripts/test

test-built: ## run the suites of what `make test` has built: packages, proxies, examples, documentation
	@scripts/test-built

bench: build ## print the performance figures
	@scripts/setup --test
	@scripts/bench

chaos: build ## run jobs under 200 seeded deaths and faults (FAULTS=n SEED=n)
	@scripts/setup --test
	@scripts/chaos $(or $(FAULTS),200) $(SEED)

fuzz: ## fuzz the decoders that read bytes of strangers, 10 minutes each (MINUTES=n TARGETS="...")
	@scripts/fuzz --minutes $(or $(MINUTES),10) $(TARGETS)

audit: build ## ask public sources for known weaknesses of what is shipped
	@scripts/audit

format: setup ## format the Java and Python sources
	@$(MVN) spotless:apply
	@. .work/env.sh && if [ -n "$${ROUNDELAY_TEST_PYTHON:-}" ]; then "$$(dirname $$ROUNDELAY_TEST_PYTHON)/ruff" format -q sdk-python harness examples deploy; fi

clean: ## remove what was built
	@rm -rf dist web/dist .work */target target

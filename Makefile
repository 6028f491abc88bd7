# Works in the virtualenv that is active; where none is, in .venv, which it makes itself.
PYTHON ?= python3
VENV ?= $(or $(VIRTUAL_ENV),.venv)
BIN := $(VENV)/bin
INSTALLED := $(VENV)/apicheck-installed-from
# The versions to install. Empty: the newest of everything.
CONSTRAINTS ?= constraints.txt
PROFILES = $(notdir $(wildcard openapi/*))
PROVIDERS = $(filter-out canonical receiver,$(PROFILES))
CORES := $(shell nproc 2>/dev/null || echo 2)
# Long tests wait for a third of their time: one worker more than there are cores.
WORKERS ?= $(shell expr $(CORES) + 1)
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Tests start some hundred processes, which read bytecode sooner than they compile the sources.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-long torture test-newest test-lowest coverage lint constraints \
  changelog audit limiters proof pages samples bench
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## start the reference server, test its policy, write an HTML report
	@$(BIN)/apicheck demo

# These wait for more than half of their time: for processes, pages, servers that are slow.
test: WORKERS = $(shell expr 2 \* $(CORES) + 1)
test: $(INSTALLED) ## run the tests (fetches chromium through apt when root and missing)
	@.ci/browser
	$(PYTEST)

# By file, one worker would play all honest variants.
test-long: $(INSTALLED) ## run the long tests: whole proofs, honest variants, servers of others
	@.ci/servers
	$(PYTEST) --dist load -m long

torture: $(INSTALLED) ## run apicheck on hostile targets, files, terminals and senders of webhooks
	$(PYTEST) --dist load -m '' tests/torture

test-newest: ## run the tests with the newest release of everything, in .venv-newest
	rm -rf .venv-newest
	@$(MAKE) VENV=.venv-newest CONSTRAINTS= test

test-lowest: $(INSTALLED) ## run the tests with the lowest releases that are allowed, in .venv-lowest
	rm -rf .venv-lowest
	@$(BIN)/uv pip compile --quiet --python $(BIN)/python --resolution lowest-direct \
	  --extra dev --output-file $(VENV)/lowest.txt pyproject.toml
	@$(MAKE) VENV=.venv-lowest CONSTRAINTS=$(VENV)/lowest.txt test

coverage: $(INSTALLED) ## all tests with branch coverage, which must be 90 % at least
	@.ci/browser
	@.ci/servers
	$(PYTEST) -m '' --cov --cov-report=term:skip-covered

lint: $(INSTALLED) ## formatting, style, types, the direction of imports, the hosted workflow
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

constraints: $(INSTALLED) ## renew constraints.txt: the newest releases, for every Python
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --extra dev \
	  --no-annotate --custom-compile-command 'make constraints' \
	  --output-file constraints.txt pyproject.toml

# Strict: a version of which the database says nothing is an error, so that silence is no approval.
audit: $(INSTALLED) ## look up the pinned versions in the advisory database of PyPI
	$(BIN)/uv tool run 'pip-audit>=2.10' --strict --no-deps --disable-pip --requirement constraints.txt

changelog: $(INSTALLED) ## make the release notes in CHANGELOG.md out of the fragments in changelog.d
	$(BIN)/towncrier build --yes

proof: $(INSTALLED) ## prove that every check can fail; record collateral, write docs/proof.md
	@$(BIN)/apicheck prove $(PROFILES:%=--profile %) \
	  --record --table docs/proof.md

pages: $(INSTALLED) ## write docs/coverage.md and docs/providers/
	@$(BIN)/apicheck profiles --coverage --format markdown -o docs/coverage.md
	@$(BIN)/apicheck profiles $(PROVIDERS:%=--profile %) --pages docs/providers

limiters: $(INSTALLED) ## test rate limiters of others, write docs/limiters.md
	@.ci/servers
	KEEP_FINDINGS=1 $(BIN)/python -m pytest -m '' tests/e2e/test_limiters.py

samples: $(INSTALLED) ## renew the sample reports and their pictures, in reports/sample
	@.ci/browser
	@$(BIN)/python bench/samples.py

bench: $(INSTALLED) ## time a large page, collection, and a run beside schemathesis
	@$(BIN)/python bench/page.py
	@$(BIN)/python bench/collection.py
	@$(BIN)/python bench/compare.py

# The file names the checkout that is installed: in a virtualenv shared by several checkouts,
# another one's installation does not count.
ifneq ($(shell cat $(INSTALLED) 2>/dev/null),$(CURDIR))
.PHONY: $(INSTALLED)
endif

# pip reads the constraints from the environment, so that they hold for the build backend too.
$(INSTALLED): export PIP_CONSTRAINT = $(CONSTRAINTS)
$(INSTALLED): export PIP_BUILD_CONSTRAINT = $(CONSTRAINTS)
$(INSTALLED): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "apicheck needs Python 3.11 or newer; name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing apicheck into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@echo '$(CURDIR)' > $@

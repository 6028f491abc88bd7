# Works in the virtualenv that is active; where none is, in .venv, which it makes itself.
PYTHON ?= python3
VENV ?= $(or $(VIRTUAL_ENV),.venv)
BIN := $(VENV)/bin
INSTALLED := $(VENV)/apicheck-installed-from
WORKERS ?= auto

.PHONY: help demo test coverage lint proof bench
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## start the reference server, test its policy, write an HTML report
	@$(BIN)/apicheck demo

test: $(INSTALLED) ## run the test suite (fetches chromium through apt when root and missing)
	@.ci/browser
	@.ci/node
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

coverage: $(INSTALLED) ## the test suite with branch coverage, which must be 90 % at least
	@.ci/browser
	@.ci/node
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

lint: $(INSTALLED) ## formatting, style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

proof: $(INSTALLED) ## prove that every check can fail; record collateral, write docs/proof.md
	@$(BIN)/apicheck prove --profile canonical --profile dahimail --profile webengage \
	  --record --table docs/proof.md

bench: $(INSTALLED) ## time a run beside schemathesis on the same server
	@$(BIN)/python bench/compare.py

# The file names the checkout that is installed: in a virtualenv shared by several checkouts,
# another one's installation does not count.
ifneq ($(shell cat $(INSTALLED) 2>/dev/null),$(CURDIR))
.PHONY: $(INSTALLED)
endif

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "apicheck needs Python 3.11 or newer; name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing apicheck into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@echo '$(CURDIR)' > $@

# Everything a developer runs. `make help` lists it; `make doctor` says what this machine lacks.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The pinned packages have wheels for these; a later Python is taken when there is no other.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; exit; }; done; \
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo python3)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.custodiet-ready
UV := $(BIN)/uv
LOCAL := $(BIN)/python -m deploy.local
SOURCES := schemas detectors streams deploy samples tests benchmarks
export UV_NO_PROGRESS := 1
# The tests start hundreds of processes: each would compile all that it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name words; do printf '  make %-12s %s\n' "$$name" "$$words"; done

.PHONY: python
python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or later is missing: install it, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11: name another: make PYTHON=/path/to/python3.12" >&2; exit 1; }

.PHONY: doctor
doctor: python ## say whether this machine has what the other targets need
	@$(PYTHON) -m deploy.local doctor

.PHONY: machine
machine: python
	@$(PYTHON) -m deploy.local doctor --quiet

.PHONY: env
env: $(READY) ## the environment in .venv, from the hashed pins

# A venv whose Python has been removed or moved is made anew.
$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml | python
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "making the environment in $(VENV) ($$($(PYTHON) --version))"
	@$(BIN)/python -c '' 2>/dev/null || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@[ "$$($(UV) --version 2>/dev/null | cut -d' ' -f2)" = "$$(sed -nE 's/^uv==([^ ]+).*/\1/p' requirements/uv.txt)" ] || \
		{ $(BIN)/python -m ensurepip >/dev/null; $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/uv.txt; }
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: up down status
up: machine env ## start Kafka and Elasticsearch, wait until they answer
	@$(LOCAL) up
down: python ## stop whatever of this checkout's stack runs; data is kept
	@$(PYTHON) -m deploy.local down
status: python ## say what runs and where
	@$(PYTHON) -m deploy.local status

.PHONY: demo
demo: machine env ## the whole pipeline on the invented force: raw exports in, alerts out of Elasticsearch
	@$(LOCAL) up
	@$(BIN)/python -m deploy.demo

.PHONY: scan
scan: env ## the same alerts without any server
	@$(BIN)/custodiet scan samples/exports/* --config deploy/config/custodiet.yaml --reference samples/reference

# Last comes pytest, so that its closing line closes the run. One process has the stack to itself, the other does the rest.
.PHONY: test
test: machine env lint types wheel ## all checks; leaves the stack as it was found
	@$(LOCAL) run -- $(BIN)/python -m pytest -n 2

.PHONY: lint types unit integration
lint: env ## ruff: rules and format
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check --quiet $(SOURCES) || { $(BIN)/ruff format --diff $(SOURCES); exit 1; }
types: env ## mypy, strict
	@$(BIN)/mypy
unit: env ## the tests that need no server
	@$(BIN)/python -m pytest -m "not integration"
integration: machine env ## the tests on the real stack; leaves it as it was found
	@$(LOCAL) run -- $(BIN)/python -m pytest -m integration

.PHONY: soak
soak: machine env ## a simulated force of 200 officers over two years through the real stack (SOAK_MAILS_PER_DAY=5), against scan
	@SOAK_OFFICERS=$${SOAK_OFFICERS:-200} SOAK_DAYS=$${SOAK_DAYS:-731} SOAK_MAILS_PER_DAY=$${SOAK_MAILS_PER_DAY:-5} \
		$(LOCAL) run -- $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/integration/test_pipeline_simulated.py

# `--help` is asked from outside of the checkout: here the packages would be found without being installed.
.PHONY: wheel
wheel: env ## build the wheel, install it in a clean environment, run it there
	@rm -rf dist build/clean && mkdir -p build
	@$(UV) build --quiet --wheel --out-dir dist
	@$(BIN)/python -m venv --without-pip build/clean
	@$(UV) pip sync --quiet --python build/clean/bin/python --require-hashes requirements/runtime.txt
	@$(UV) pip install --quiet --python build/clean/bin/python --no-deps dist/*.whl
	@$(UV) pip check --quiet --python build/clean/bin/python
	@clean="$$PWD/build/clean/bin" && cd / && "$$clean/custodiet" --help >/dev/null && "$$clean/custodiet" scan --help >/dev/null
	@echo "wheel: $$(ls dist) installs and runs in a clean environment"

.PHONY: bench
bench: machine env ## measure: ratios in one run, on the real stack
	@$(LOCAL) run -- bash -c 'for script in benchmarks/*.py; do name=$$(basename "$$script" .py); echo "== $$name"; $(BIN)/python -m "benchmarks.$$name"; done'

.PHONY: lock
lock: env ## resolve the pins anew; UPGRADE=--upgrade takes the newest that pyproject.toml allows
	@export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	lock="$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url $(UPGRADE)"; \
	$$lock pyproject.toml -o requirements/runtime.txt; \
	$$lock pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt; \
	grep -oE '^uv==[^ ]+' requirements/dev.txt | $$lock - -o requirements/uv.txt

.PHONY: clean
clean: python ## stop the stack and remove all that was made here: its data, the environment, builds, caches
	@$(PYTHON) -m deploy.local wipe --all
	@rm -rf $(VENV) .state build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

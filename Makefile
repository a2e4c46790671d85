# Everything a person does with this project; `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip
export DAGSTER_HOME := $(CURDIR)/data/dagster_home
export RUNTIME__DLTHUB_TELEMETRY := false
# Runs and tests start many processes: none should compile again what another has compiled.
export PYTHONDONTWRITEBYTECODE :=
# A company network may sign with certificates of its own.
export UV_SYSTEM_CERTS := true

.DEFAULT_GOAL := help
.PHONY: help install run test slow chaos check lint types ui fleet lake-env bench engines-env stockpyl-env clean lock

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(BIN)/installed ## Install the locked packages into .venv

$(BIN)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed; where it has a name of its own: make run PYTHON=python3.12'; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(UV) sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(if $(wildcard .venv/lib/*/site-packages/dagster_postgres),$(INSTALL_FLEET))
	$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

run: install ## Sync (the sandbox, or your account), build, audit and publish the planning tables
	@chmod 700 $(DAGSTER_HOME)
	@$(BIN)/python -m dagster_project

# Some tests wait for clocks: three files at a time keep two cores busy.
test: install ## Run all tests
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

slow: install ## Run the tests that take real minutes
	@$(BIN)/pytest -m slow

chaos: install ## Hundreds of days of faults and kills; figures in tests/end_to_end/chaos/REPORT.md
	@$(BIN)/python -m tests.end_to_end.chaos

check: lint types ## Lint, types and Dagster's own check
	@$(BIN)/dg check defs

lint: install
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/sqlfluff lint --quiet --processes 2 sql

types: install
	@$(BIN)/mypy

ui: install ## Open Dagster on http://127.0.0.1:3000 (schedules run while it is open)
	@chmod 700 $(DAGSTER_HOME)
	@$(BIN)/dg dev

# What people add to the settings (another run launcher, say) stands in .dagster/more.yaml.
FLEET := dagster_project/fleet
FLEET_HOME := $(CIN7_ACCOUNTS_DIR)/.dagster
FLEET_SETTINGS := $(FLEET)/dagster.yaml $(if $(DAGSTER_POSTGRES_URL),$(FLEET)/postgresql.yaml)
# What it needs for PostgreSQL. `install` keeps it where it is there, as the runs of an open fleet load it.
INSTALL_FLEET = $(UV) install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-fleet.lock

fleet: install ## Open Dagster on all accounts in the folder CIN7_ACCOUNTS_DIR; their mornings run while it is open
	@[ -d "$(CIN7_ACCOUNTS_DIR)" ] || { echo 'CIN7_ACCOUNTS_DIR must name the folder of accounts: $(FLEET)/README.md'; exit 1; }
	@install -d -m 700 $(FLEET_HOME)
	@cat $(FLEET_SETTINGS) $(wildcard $(FLEET_HOME)/more.yaml) > $(FLEET_HOME)/dagster.yaml
	@[ -z "$(DAGSTER_POSTGRES_URL)" ] || $(INSTALL_FLEET)
	@DAGSTER_HOME=$(FLEET_HOME) $(BIN)/dagster dev --workspace $(FLEET)/workspace.yaml

lake-env: .venv-lake/installed ## Install the Python that registers releases in a lake (cin7_pipeline/lake/README.md)

.venv-lake/installed: requirements-lake.lock | install
	$(PYTHON) -m venv .venv-lake
	$(UV) sync --quiet --python .venv-lake/bin/python --require-hashes requirements-lake.lock
	@touch $@

bench: install ## Measure costs side by side in half an hour; ONLY="loading models" for some
	@$(BIN)/python -m tests.benchmarks $(ONLY)

engines-env: .venv-engines/installed ## Install the engines of examples/ into .venv-engines, apart from the rest

.venv-engines/installed: examples/requirements.lock $(BIN)/installed
	$(PYTHON) -m venv .venv-engines
	$(UV) sync --quiet --python .venv-engines/bin/python --require-hashes examples/requirements.lock
	@touch $@

stockpyl-env: .venv-stockpyl/installed ## Install what a test compares suggested orders with into .venv-stockpyl

.venv-stockpyl/installed: requirements-stockpyl.lock $(BIN)/installed
	$(PYTHON) -m venv .venv-stockpyl
	$(UV) install --quiet --python .venv-stockpyl/bin/python --no-deps --require-hashes -r requirements-stockpyl.lock
	@touch $@

clean: ## Remove what runs made: databases, releases, state, Dagster's history; asks before
	@printf 'This removes all that was read into data/, the stock of past days with it, which Cin7 cannot give again\n(cin7 backup copies it into data/backups, which stays). Remove it? [y/N] '
	@read answer; [ "$$answer" = y ] || { echo 'Nothing was removed.'; exit 1; }
	rm -rf data/*.duckdb* data/*.html data/*.xlsx data/contract.json data/.*.tmp data/releases data/parquet data/state data/served
	find data/dagster_home -mindepth 1 ! -name '*.yaml' -delete

LOCKED := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header

# DuckLake has no wheels for DuckDB 2 yet, so what registers in a lake has a Python of its own.
LAKE := duckdb==1.5.5 duckdb-extension-ducklake==1.5.5 duckdb-extension-postgres-scanner==1.5.5 duckdb-extension-httpfs==1.5.5

# dagster-postgres finds no driver with the sqlalchemy of the other file: only a fleet on PostgreSQL has these.
# All else that stockpyl asks for is for its documentation and its drawings.
lock: ## Resolve pyproject.toml anew, and what a fleet, engines and stockpyl need besides
	$(LOCKED) --extra dev pyproject.toml -o requirements.lock
	echo '$(LAKE)' | xargs -n 1 | $(LOCKED) - -o requirements-lake.lock
	echo 'dagster-postgres==0.29.27 sqlalchemy<2.1 psycopg2-binary' | xargs -n 1 | $(LOCKED) --no-deps - -o requirements-fleet.lock
	$(LOCKED) --python-version 3.11 examples/requirements.in -o examples/requirements.lock
	echo 'stockpyl==1.0.2 numpy scipy' | xargs -n 1 | $(LOCKED) --python-version 3.11 --no-deps - -o requirements-stockpyl.lock

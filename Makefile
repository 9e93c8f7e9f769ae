# `make help` lists the targets. Each of them installs first what it needs, into .venv.
PYTHON ?= python3
UV_VERSION := 0.13.8

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
REQUIREMENTS := requirements.txt requirements-dev.txt pyproject.toml
TYPED := $(wildcard include/billetbro plugins/billetbro_airflow plugins/billetbro_plugin.py sandbox dags demo benchmarks)

# The project is used in place: its own folders come before anything that is installed.
export PYTHONPATH := $(CURDIR):$(CURDIR)/include:$(CURDIR)/plugins

.DEFAULT_GOAL := help
.PHONY: help install demo up test test-fast test-long broken-rules chaos lint format bench bench-airflow requirements dbt-sources clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

install: $(STAMP) ## Make .venv and install what is pinned in requirements*.txt, and the project itself

$(STAMP): $(REQUIREMENTS)
	@PYTHON="$(PYTHON)" UV_VERSION="$(UV_VERSION)" sh .ci/install "$(VENV)" $(REQUIREMENTS)

demo: install ## Run the whole synchronisation once against mock servers, and show what happened
	@$(BIN)/python -m demo.demo

up: install ## Start Airflow, PostgreSQL and the mock servers on this machine, until Ctrl-C
	@$(BIN)/python -m demo.up

# Pages are tried in Chromium, which pip cannot install: `apt-get install chromium`, or what your system has for it.
BROWSER := $(shell command -v chromium 2>/dev/null)
# In several processes (tests/conftest.py says how many), each with a PostgreSQL and an Airflow of its own. One that has
# nothing left to do takes over half of what another still has.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal
test: install ## Run what notices each broken rule (in a browser only where there is Chromium)
	@$(if $(BROWSER),$(PYTEST) -m "not long",echo "No chromium here: the browser tests are left out."; $(PYTEST) -m "not long and not browser")

test-fast: install ## Run the tests that are not slow
	@$(PYTEST) -m "not slow and not long and not browser"

# Celery's workers are tried with a Redis, which pip cannot install: `apt-get install redis-server`.
REDIS := $(shell command -v redis-server 2>/dev/null)
MANY := PROPERTY_EXAMPLES=many $(PYTEST)
test-long: install ## Run the tests that `make test` leaves out, and the stories with many examples
	@$(if $(REDIS),$(MANY) -m "long or story",echo "No redis-server here: the test with Celery is left out."; $(MANY) -m "(long or story) and not redis")

broken-rules: install ## Break each rule of docs/behaviour.md in a copy, and see that its tests notice
	@$(BIN)/python -m tests.rules

chaos: install ## Kill runs and PostgreSQL at each point, let each endpoint fail in each way, and see that the next run puts all right
	@$(BIN)/python -m tests.chaos
	@$(BIN)/python -m tests.chaos faults

lint: install ## Check style, format, types and who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/lint-imports --no-cache

format: install ## Put the code into the form that `make lint` asks for
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install ## Measure the synchronisation with many events, and the export of a year of purchases
	@$(BIN)/python -m benchmarks

bench-airflow: install ## Measure an hour of 98 libraries through Airflow's scheduler (Linux)
	@$(BIN)/python -m benchmarks airflow

# The lock files hold for every platform, and name no index, so that they can be used behind a mirror.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes
requirements: install ## Pin the newest versions that requirements*.in allow
	@$(COMPILE) --upgrade requirements.in --output-file requirements.txt
	@$(COMPILE) --upgrade requirements-dev.in --output-file requirements-dev.txt

dbt-sources: install ## Make docs/dbt/sources.yml from the comments of the warehouse's tables and views
	@PYTHONPATH=include $(BIN)/python -m billetbro.warehouse.dbt_sources > docs/dbt/sources.yml

clean: ## Remove what was installed and everything that `make up` remembers
	@rm -rf $(VENV) .install.lock .billetbro build dist *.egg-info
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The commands of the project. `make run` and `make test` prepare whatever they need.
PYTHON ?= $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
PREPARE = @command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is none here." >&2; exit 1; }; \
	$(PYTHON) -I config/environment.py
IN = .venv/bin/python
PIN = UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url \
	--python-version 3.11 --universal
# Checked for types: what counts money, decides and runs the rest.
WHOLE = core ledger config
TYPED = $(WHOLE) $(filter-out $(WHOLE:=/%),$(wildcard */workflow.py */money.py */figures.py))

# Migrations made while no installation holds many rows: their locks are short.
SHORT_LOCKS = 0010_alarms 0003_people_found 0004_approvals 0007_tones 0008_tasks 0003_editors 0002_whole_case \
	0003_works_rules 0005_money_limits 0002_editors 0013_news 0015_late_photographs

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench lock

help:
	@echo "make run      the whole application at http://127.0.0.1:8000 (PORT= and HOST= choose another address)"
	@echo "make test     the suite on every core (ARGS= goes to pytest; ARGS='-n0 tests/test_start.py' runs one file on one)"
	@echo "make check    format, lint, types, system and migration checks"
	@echo "make bench    the benchmarks"
	@echo "make setup    only the environment, in .venv"
	@echo "make lock     new pins of the requirements (needs uv)"

setup:
	$(PREPARE) dev

run:
	$(PREPARE) run
	@$(IN) -m config.run

test:
	$(PREPARE) dev
	@$(IN) -m pytest -n auto --dist loadgroup $(ARGS)

check:
	$(PREPARE) dev
	@$(IN) -m ruff format --check .
	@$(IN) -m ruff check .
	@$(IN) -m mypy $(TYPED)
	@$(IN) manage.py check
	@$(IN) manage.py makemigrations --check --dry-run
	@$(IN) manage.py lintmigrations --quiet ok ignore --ignore-name $(SHORT_LOCKS)

bench:
	$(PREPARE) bench
	@$(IN) -m benchmarks $(ARGS)

lock:
	@command -v uv >/dev/null || { echo "uv is needed to pin the requirements: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(PIN) requirements.in -o requirements.txt
	$(PIN) requirements-dev.in -o requirements-dev.txt
	$(PIN) benchmarks/requirements.in -o benchmarks/requirements.txt

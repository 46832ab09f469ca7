# Covenant: `make run` starts everything, `make test` proves it. docs/running.md says more.
PY = .venv/bin/python
APPS = clm contracts slas obligations billing
WITH_SERVICES = $(PY) -m clm.embedded.testing --
# One more than there are cores: browsers, workers and the database are waited for.
TESTERS = $(shell $(PY) -c 'import os; print((os.cpu_count() or 1) + 1)')
# Values that only have to be well-formed: `check --deploy` connects to nothing.
PRODUCTION_CHECK = DJANGO_SETTINGS_MODULE=clm.settings.production ALLOWED_HOSTS=covenant.example \
	DATABASE_URL=postgresql://check@127.0.0.1/check REDIS_URL=redis://127.0.0.1/0

.PHONY: help setup setup-dev run test lint bench reset

help:
	@echo "make run     start Covenant on this machine (PORT=8000)"
	@echo "make test    run every test (ARGS='-k name' to choose)"
	@echo "make lint    format, lint, types, layers, migrations, templates, deployment checks"
	@echo "make bench   measure, and print the table (ARGS=--write keeps it)"
	@echo "make setup   install only"
	@echo "make reset   remove the local data (asks first)"

setup:
	@sh clm/embedded/setup.sh runtime

setup-dev:
	@sh clm/embedded/setup.sh dev

run: setup
	@$(PY) -m clm.embedded.run

# Dozens of processes are started by the tests: what one has compiled the others find, whatever is set outside.
test: setup-dev
	@$(PY) clm/embedded/system.py pango chromium poppler libreoffice softhsm
	@PYTHONDONTWRITEBYTECODE= $(WITH_SERVICES) $(PY) -m pytest -n $(TESTERS) --dist worksteal $(ARGS)

lint: setup-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy $(APPS)
	.venv/bin/lint-imports
	find templates $(APPS) -name '*.html' -print0 | xargs -0 .venv/bin/djade --check --target-version 5.2
	@$(WITH_SERVICES) $(PY) manage.py makemigrations --check --dry-run
	@$(PRODUCTION_CHECK) SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_hex(40))') \
		$(PY) manage.py check --deploy --fail-level WARNING

bench: setup-dev
	@$(WITH_SERVICES) $(PY) -m benchmarks $(ARGS)

reset: setup
	@$(PY) -m clm.embedded.reset

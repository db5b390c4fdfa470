# make report   everything: set-up, tables, figures, notebooks, site, PDF and Word
# make test     the test suite
# make coverage  the same, and which lines and branches no test runs
# make lint     style and types
# make guide    the guide as a small site: open _guide/index.html
# make screenshots  the pictures of the guide, made anew (needs a Chromium)
# make hooks    git stores the notebooks without their outputs
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# A process a core, but no more than memory bears; a file's tests share what they have built.
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 4 --dist loadfile

.PHONY: report test coverage lint guide screenshots hooks lock clean
report: $(VENV)/ready
	$(BIN)/socok report

test: $(VENV)/ready
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

coverage: $(VENV)/ready
	$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html:.coverage-html

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/mypy

guide: $(VENV)/ready
	$(BIN)/socok guide

screenshots: $(VENV)/ready
	$(BIN)/python docs/vejledning/billeder.py

hooks: $(VENV)/ready
	git config filter.clean-notebook.clean "$(BIN)/python -m socok_analysis.clean_notebook"

# The environment is made anew when the lock file or the package's own description changes.
$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "open('$(VENV)/ready', 'w').close()"

# Needs uv. Versions and hashes only: the lock names no index.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --output-file requirements.lock

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(d, ignore_errors=True) for d in ('_site', '_site-intern', '_guide', 'report', 'report-intern', 'data/processed')]"

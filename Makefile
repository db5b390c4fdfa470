# make report   everything: set-up, tables, figures, notebooks, site, PDF and Word
# make test     the test suite (the first time it installs what developing needs)
# make night    a night of it: 200 invented municipalities, thousands of spoilt workbooks, every fault
# make coverage  the same, and which lines and branches no test runs
# make test-fast PYTHON=python3.13 VENV=.venv/python3.13   what Pythons could differ in, on another
# make lint     style and types
# make hooks    git stores the notebooks without their outputs
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
# A process a core, but no more than memory bears; a file's tests share what they have built.
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 4 --dist loadfile
FAST := $(patsubst %,tests/test_%.py,parse lists cli engine report)

.PHONY: report test test-fast night coverage lint hooks lock clean
report: $(VENV)/ready
	$(BIN)/socok report

test: $(VENV)/ready-to-develop
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-fast: $(VENV)/ready-to-develop
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(FAST)

night: export SOCOK_NIGHT ?= 200
night: $(VENV)/ready-to-develop
	$(BIN)/python -m pytest $(subst loadfile,load,$(SIDE_BY_SIDE)) $(addprefix tests/test_,municipality.py properties.py archive.py faults.py)

coverage: $(VENV)/ready-to-develop
	$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html:.coverage-html

lint: $(VENV)/ready-to-develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

hooks: $(VENV)/ready-to-develop
	git config filter.nbstripout.clean "$(BIN)/nbstripout -t"

# The environment is made anew when the lock file or the package's own description changes.
$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed')"
	@echo "Installing what running needs in $(VENV): pandas, papermill, pandoc and more. A few minutes, once."
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@$(BIN)/python -c "open('$(VENV)/ready', 'w').close()"

$(VENV)/ready-to-develop: $(VENV)/ready tests/requirements.lock
	@echo "Installing what testing needs in $(VENV): pytest, ruff, mypy and more."
	@$(INSTALL) --require-hashes --requirement tests/requirements.lock
	@$(BIN)/python -c "open('$(VENV)/ready-to-develop', 'w').close()"

# Needs uv. Versions and hashes only: the locks name no index. The second holds what is beside the first.
LOCK := uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate
lock:
	$(LOCK) --extra build --output-file requirements.lock
	$(LOCK) --extra dev --constraints requirements.lock --output-file tests/requirements.lock

clean:
	$(PYTHON) -c "import glob, shutil; [shutil.rmtree(d, ignore_errors=True) for d in ['_site', '_site-intern', 'report', 'report-intern', *glob.glob('data/processed/*')]]"

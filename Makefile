# Commands of salvation. A fresh machine needs Python 3.11+, make and git; the rest is installed here.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT

.PHONY: run test check bench screenshots clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python scripts/install.py
	touch $@

run: $(VENV)/.installed
	$(BIN)/python scripts/system_packages.py run
	$(BIN)/python scripts/run.py

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy salvation cases funds audits reports
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=False TLS=True $(BIN)/python manage.py check --deploy --fail-level WARNING

test: $(VENV)/.installed
	$(BIN)/python scripts/system_packages.py test
	$(MAKE) check
	# In the order of the folders: the long browser tests begin early, and no worker waits for them at the end.
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

bench: $(VENV)/.installed
	$(BIN)/python -m tests.bench

# Against a running `make run`.
screenshots: $(VENV)/.installed
	$(BIN)/python scripts/system_packages.py test
	$(BIN)/python scripts/screenshots.py --base http://localhost:$(PORT)

clean:
	rm -rf $(VENV) .data .data-test

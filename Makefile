# A fresh machine needs Python 3.11 or later with pip and venv, and nothing else. `make PYTHON=python3.13 test` chooses one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo.db
PORT ?= 5432
JOBS ?= 2

.PHONY: help serve test check audit bench conformance clean

help:
	@echo "make serve        install into $(VENV) and serve $(DEMO) on 127.0.0.1:$(PORT), or the next free port"
	@echo "make test         every test: linter, type checker, whole suite"
	@echo "make check        the quick part: linter, type checker, tidy tests"
	@echo "make audit        known vulnerabilities of what is installed (asks PyPI's advisory service), and the linter's security rules"
	@echo "make bench        side by side with PostgreSQL 18 (BENCH='--quick --only NAME' for less)"
	@echo "make conformance  score PostgreSQL's regression scripts against the record (CONFORMANCE='--update' raises it)"
	@echo "make clean        remove $(VENV), caches and build results; never a database"

# An editable install leaves the byte code to the first start, and to every start where Python may not write it.
COMPILE = $(BIN)/python -m compileall -q pgwire executor storage replication

# One stamp per set of dependencies: a second run installs nothing until pyproject.toml changes.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit("pgquill needs Python 3.11 or later, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.13") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@$(COMPILE)
	@touch $(VENV)/.installed $@

serve: $(VENV)/.installed
	@$(BIN)/python -m tools.demo $(DEMO) --port $(PORT)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n $(JOBS) $(TEST)

check: $(VENV)/.installed-test
	$(BIN)/python -m pytest -q tests/tidy

audit: $(VENV)/.installed-test
	$(BIN)/python -m ruff check --select S .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.7'
	$(BIN)/python -m pip_audit --skip-editable --progress-spinner off

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.run $(BENCH)

conformance: $(VENV)/.installed-test
	$(BIN)/python -m tools.conformance $(CONFORMANCE)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

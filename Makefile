# Everything here works in a fresh clone: the first call makes .venv and installs what it
# needs. Another interpreter:  make demo PYTHON=python3.12
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help demo lab test lint format bench clean

help:
	@echo 'make demo    a fictitious class goes through session 01; 20 seconds after set-up'
	@echo 'make lab     JupyterLab with the course'
	@echo 'make test    lint, types and tests'
	@echo 'make lint    lint and types only'
	@echo 'make format  bring the code into the house style'
	@echo 'make bench   how fast is grading?'
	@echo 'make clean   remove what make made, .venv included'

# Made anew only when pyproject.toml has changed.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "make: $(PYTHON) is older than 3.11; choose another by PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/course demo

lab: $(READY)
	$(BIN)/jupyter lab

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python benchmarks/grading.py

clean:
	rm -rf .venv .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

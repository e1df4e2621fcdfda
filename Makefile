# `make run` and `make test` do all the set-up that they need; the virtual environment is made again when the pins change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
BUILD_REQUIRES := $(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')"

.PHONY: run test lint types contracts unit wheel screenshots bench bench-retrieval bench-server soak reliability pins clean

run: $(VENV)/run.done
	@$(BIN)/llamachat-tui $(or $(ARGS),--local)

test: lint types contracts unit wheel

lint: $(VENV)/test.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/vulture

types: $(VENV)/test.done
	$(BIN)/pyright

contracts: $(VENV)/test.done
	$(BIN)/lint-imports

unit: $(VENV)/test.done
	$(BIN)/python -m pytest

wheel: $(VENV)/test.done
	$(BIN)/python tests/check_wheel.py

screenshots: $(VENV)/test.done
	$(BIN)/python -m pytest tests/app/test_screenshots.py --write-screenshots

bench: $(VENV)/test.done
	$(BIN)/python -m benchmarks

bench-retrieval: $(VENV)/test.done
	$(BIN)/python -m benchmarks.retrieval

bench-server: $(VENV)/test.done
	$(BIN)/python -m benchmarks.first_event

soak: $(VENV)/test.done
	$(BIN)/python -m tests.faults.soak $(ARGS)

reliability: $(VENV)/test.done
	$(BIN)/python -m tests.reliability

pins: $(VENV)/test.done
	$(BIN)/python -m pip install --quiet uv
	$(BUILD_REQUIRES) | $(COMPILE) -o requirements/run.txt pyproject.toml -
	$(BUILD_REQUIRES) | $(COMPILE) -o requirements/test.txt --extra test --extra office -c requirements/run.txt pyproject.toml -

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.done: requirements/test.txt $(VENV)/run.done
	$(INSTALL) --require-hashes -r requirements/test.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info

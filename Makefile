# `make run` and `make test` do all the set-up that they need; the virtual environment is made again when the pins change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A package that is built from its source runs it: of others' only wheels are taken.
PINNED := --only-binary :all: --require-hashes
TOOLS := .tools
COMPILE := $(TOOLS)/bin/uv pip compile --quiet --only-binary :all: --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
AUDIT := $(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off
BUILD_REQUIRES := $(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')"

# Twice as many as there are cores, since tests wait half of their time: for a process, a terminal or a frame.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

# These run the whole app, a server or another process.
NOT_QUICK := app attacks faults kills process local/agents local/chat local/http local/test_* hostile/test_terminal.py \
  pictures/test_decoder.py pictures/test_page_pictures.py \
  store/test_processes.py terminal/test_bytes.py terminal/test_pacing.py terminal/test_same_screen.py test_reliability.py

# Without its compiled files each of the processes that the tests start takes a second longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run help test quick quick-unit lint types contracts unit wheel format screenshots cast reliability explore mutants soak kills run-kills bench bench-peers bench-library bench-retrieval bench-server bench-answers bench-grounding dist audit sbom pins clean conformance attacks

run: $(VENV)/run.done ## open the app; ARGS="--local ~/papers" for other folders than the manual
	@$(BIN)/llamachat-tui $(or $(ARGS),--local)

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

test: lint contracts ## everything that CI runs; the types are checked while tests wait for terminals
	@$(MAKE) --no-print-directory -j 2 types unit
	@$(MAKE) --no-print-directory wheel

quick: $(VENV)/test.done ## what finds most mistakes within a minute: no whole app, no other process
	@$(MAKE) --no-print-directory -j 2 lint types contracts quick-unit

quick-unit: $(VENV)/test.done
	$(PYTEST) -q --hypothesis-profile quick $(addprefix --ignore-glob=tests/,$(NOT_QUICK))

lint: $(VENV)/test.done ## check the form of the code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/vulture

types: $(VENV)/test.done ## check the types
	$(BIN)/pyright

contracts: $(VENV)/test.done ## check who imports whom
	$(BIN)/lint-imports

unit: $(VENV)/test.done ## run the tests
	$(PYTEST)

wheel: $(VENV)/test.done ## build the wheel, install it apart and run it
	$(BIN)/python tests/check_wheel.py

format: $(VENV)/test.done ## bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/test.done ## write the pictures in screenshots/ anew
	$(BIN)/python -m pytest tests/app/test_screenshots.py --write-screenshots

cast: $(VENV)/test.done ## use the app in a terminal and write the film in docs/film/ anew
	$(BIN)/python -m tests.cast

reliability: $(VENV)/test.done ## write docs/reliability.md anew, from the markers of the tests
	$(BIN)/python -m tests.reliability

explore: $(VENV)/test.done ## run the property tests on examples that no run had before
	$(PYTEST) -m hypothesis --hypothesis-profile explore

mutants: $(VENV)/test.done ## break each guard in a copy, and see that a test notices; ARGS="--workers 1"
	$(BIN)/python -m tests.mutants $(ARGS)

soak: $(VENV)/test.done ## run a thousand turns with random faults; ARGS="--minutes 120 --keep"
	$(BIN)/python -m tests.soak $(ARGS)

kills: $(VENV)/test.done ## kill the program N times at random moments, and see that nothing is lost; ARGS="--seed 7"
	$(BIN)/python -m tests.kills --kills $(or $(N),1000) $(ARGS)

run-kills: $(VENV)/test.done ## kill `llamachat-tui run` N times, and see that it asks nothing twice; ARGS="--seed 7"
	$(BIN)/python -m tests.commands.headless.kill_runs --kills $(or $(N),20) $(ARGS)

attacks: $(VENV)/test.done ## attack the program with each hostile answer, and measure keys, memory and quitting; ARGS="gzip delta"
	$(BIN)/python -m tests.attacks $(ARGS)

conformance: $(VENV)/test.done ## run other clients of the API, which are fetched, against the local server; ARGS=go
	$(BIN)/python -m tests.conformance $(ARGS)

bench: $(VENV)/test.done ## measure the installed app beside a bare Textual app; ARGS="--record" keeps what meets its target
	$(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(VENV)/test.done ## measure the start of other terminal chats, which are fetched, beside this one's
	$(BIN)/python -m benchmarks.peers $(ARGS)

bench-retrieval: $(VENV)/test.done ## measure how often the right passage is found; ARGS="FOLDER..." for other collections
	$(BIN)/python -m benchmarks.retrieval $(ARGS)

bench-library: $(VENV)/test.done ## measure how the local library grows, to 50,000 files; ARGS="1000 5000" for fewer
	$(BIN)/python -m benchmarks.library $(ARGS)

bench-answers: $(VENV)/test.done ## measure the answers without a model; ARGS="DIR..." for other collections
	$(BIN)/python -m benchmarks.answers $(ARGS)

bench-grounding: $(VENV)/test.done ## measure how well claims without evidence are found
	$(BIN)/python -m benchmarks.grounding

bench-server: $(VENV)/test.done ## measure the local server with up to two hundred streams at once
	$(BIN)/python -m benchmarks.first_event

dist: $(VENV)/test.done ## build the wheel of the last commit into dist/: the same bytes on each machine
	rm -rf build/dist && mkdir -p build/dist
	umask 022 && git archive HEAD | tar -x -C build/dist
	umask 022 && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --wheel --no-isolation --outdir dist build/dist

audit: $(TOOLS)/done ## ask whether a pinned package has a known vulnerability
	@for pins in test tools; do $(AUDIT) -r requirements/$$pins.txt || { \
	  echo "Either that is a vulnerability, or what is known of them could not be asked for: that is on the network."; \
	  exit 1; }; done

sbom: $(TOOLS)/done ## write sbom.json: what the program is made of, as CycloneDX
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o sbom.json requirements/run.txt

pins: $(VENV)/test.done $(TOOLS)/done ## compile requirements/*.txt from pyproject.toml; ARGS=--upgrade renews them
	$(BUILD_REQUIRES) | $(COMPILE) $(ARGS) -o requirements/run.txt pyproject.toml -
	$(COMPILE) $(ARGS) -o requirements/tools.txt --group tools
	$(BUILD_REQUIRES) | $(COMPILE) $(ARGS) -o requirements/test.txt --extra test --extra office -c requirements/run.txt pyproject.toml -

clean: ## remove what was made
	rm -rf $(VENV) $(TOOLS) sbom.json build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) $(PINNED) -r requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.done: requirements/test.txt $(VENV)/run.done
	$(INSTALL) $(PINNED) -r requirements/test.txt
	@touch $@

# Apart from the rest, so that what checks the pins is never among what is checked with them.
$(TOOLS)/done: requirements/tools.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check $(PINNED) -r requirements/tools.txt
	@touch $@

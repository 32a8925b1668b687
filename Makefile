# Everything runs in .venv; the first target that needs it makes it.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
# With the libraries that `masks` is measured against.
READY_TO_BENCH := .venv/ready-to-bench

.PHONY: demo serve test test-all bench lint clean

demo: $(READY)  ## the whole line on real scans: fetch, author, build, load, run, score, rank
	$(BIN)/mturn-seg demo

serve: $(READY)  ## the leaderboard page of the demo, on http://127.0.0.1:7860
	$(BIN)/mturn-seg serve

test: $(READY)  ## every test but the slow ones
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: $(READY)  ## the slow tests too
	$(BIN)/python -m pytest -n 2

bench: $(READY_TO_BENCH)  ## the measurements behind benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks.authoring
	$(BIN)/python -m benchmarks.building
	$(BIN)/python -m benchmarks.masks
	$(BIN)/python -m benchmarks.leaderboard
	$(BIN)/python -m benchmarks.space

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean:  ## removes what the targets above made, but not .venv and the fetched scans
	rm -rf masks/_kernels/__pycache__
	rm -rf demo mturn-seg mturn-seg-truth screenshots build *.egg-info

$(READY): requirements.txt requirements-dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv: about 2 GB, a minute or two"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(READY)

$(READY_TO_BENCH): $(READY) requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	touch $(READY_TO_BENCH)

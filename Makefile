# The two commands are `make book` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TRAINED := $(patsubst %,book/experiments/%.py,leaderboard agreement mixture)
export OMP_NUM_THREADS ?= 1
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help book serve test test-all lint bench bench-small colab experiments leaderboard address clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

book: $(READY)  ## run every notebook and write the HTML book
	@$(BIN)/python tools/build.py

serve: book  ## read the book at http://127.0.0.1:8000
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

test: book  ## everything that CI runs
	@$(BIN)/python tools/programs.py chromium bwrap
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

test-all: book  ## `test`, and what is too slow for every push
	@$(BIN)/python tools/programs.py chromium bwrap
	@RNNLM_TEST_ALL=1 $(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(READY)  ## bring code and notebooks to the house form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python tools/notebooks.py

bench: $(READY)  ## speed beside PyTorch, nltk and the textbook
	@$(BIN)/python -m benchmarks

bench-small: $(READY)  ## the guard of a step's speed, half a minute
	@$(BIN)/python -m benchmarks.small

colab: book  ## measure every chapter on a machine like Colab's
	@$(BIN)/python tools/colab_table.py

experiments: $(READY)  ## rerun the experiments behind the results
	@for script in $(filter-out $(TRAINED),$(wildcard book/experiments/*.py)); do \
		$(BIN)/python $$script || exit 1; done

leaderboard: $(READY)  ## train every row that a CPU can: about a day
	@for script in $(TRAINED); do $(BIN)/python $$script || exit 1; done

address: $(READY)  ## make a fork point at itself: make address REPO=owner/name
	@$(BIN)/python tools/address.py $(REPO)

clean:  ## remove what was built; .venv stays
	rm -rf _build

$(READY): requirements.txt pyproject.toml
	$(PYTHON) tools/programs.py venv
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

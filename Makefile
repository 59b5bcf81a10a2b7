# The project's commands; `make help` lists them. All of them work from a fresh clone, as root or not, and twice in a row.

PYTHON ?= python3.11
BIN := .venv/bin
WAIT ?= 1
ARGS ?=
# More processes than that make parts of a small machine miss the deadlines that the tests give them.
PARALLEL := --numprocesses 2 --dist loadscope --no-loadscope-reorder

# Bytecode is kept even where the shell says otherwise: without it each start compiles thousands of modules again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help run test faults lint environment jars down clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environment jars ## bring everything up, run the main job on the bundled input, show what landed; WAIT=0 stops at its end
	@$(BIN)/lodestream run $(if $(filter 0 no,$(WAIT)),--no-wait,--wait) $(ARGS)

test: environment jars ## all tests, on a broker, a store and an Airflow of their own; ARGS are handed to pytest
	@$(BIN)/pytest $(PARALLEL) $(ARGS)

faults: environment jars ## the tests that kill, stop and starve parts, in their long form
	@$(BIN)/pytest $(PARALLEL) tests/faults --long --durations=12 $(ARGS)

lint: environment ## ruff, mypy --strict, and the walls between the folders
	@$(BIN)/ruff check .
	@$(BIN)/mypy --strict pipelines schemas infra
	@$(BIN)/lint-imports

environment: ## the virtual environment .venv from the hash-pinned lock
	@PYTHON="$(PYTHON)" infra/environment.sh

jars: environment ## the broker's and the store's jars, and what makes them start fast
	@$(BIN)/python -m infra.archives

down: ## stop what `make run` has left running
	@test ! -x $(BIN)/lodestream || $(BIN)/lodestream down

clean: down ## remove the environment and the jars; the data stays
	rm -rf .venv infra/jars

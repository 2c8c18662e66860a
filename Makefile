# make install | demo | test | check | bench        (Windows: see README, "Without make")
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: install demo test check bench clean

install: $(STAMP)

# Everything the project needs, once; again only when what it needs has changed.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --constraint constraints.txt --editable ".[all]" --group test --group bench
	touch $@

demo: install
	$(BIN)/talkbalance analyze samples/erstgespraech_de.mp3 --sides samples/erstgespraech_de.sides.toml -o demo

test: install
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo

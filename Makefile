# make install | demo | app | test | check | bench        (Windows: see README, "Without make")
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: install browser demo app test check bench soak licences lock sbom audit clean

install: $(STAMP)

# Everything the project needs, once; again only when what it needs has changed.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --constraint constraints.txt --editable ".[all]" --group test --group bench
	touch $@

demo: install
	$(BIN)/talkbalance analyze samples/erstgespraech_de.mp3 --sides samples/erstgespraech_de.sides.toml -o demo

# The review as a page in the browser.
app: install
	$(BIN)/talkbalance app

# The pages are tested in a real browser, Debian's Chromium; where it cannot be installed, those tests say so and are left out.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	} || echo "No Chromium, and it cannot be installed here: tests of the pages are left out. On Debian: apt-get install chromium"

test: install browser
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m benchmarks

# What nobody wishes a recording: hostile files with the real models, faults by the hundred. Tables in benchmarks/results.
soak: install
	$(BIN)/python -m benchmarks.soak

licences: install
	$(BIN)/python -m tools.dependencies licences

lock: install
	$(BIN)/python -m pip install --quiet --group lock
	$(BIN)/python -m tools.dependencies lock

sbom: install
	$(BIN)/python -m tools.dependencies sbom > sbom.cdx.json

# Known weaknesses of the locked releases: asks a service on the network, from a place of its own. Exit code 2 of the tool, and one
# sentence: nobody answered, nothing was checked.
audit: install
	$(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install --quiet pip-audit
	$(VENV)/audit/bin/python -m tools.dependencies audit

clean:
	rm -rf $(VENV) demo

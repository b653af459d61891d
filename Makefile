# Everything a reader, tester or contributor runs. `make help` lists it.
PYTHON    ?= python3
PORT      ?= 8000
ECHO_PORT ?= 8765
RACE_PORT ?= 8770
PYTEST_ARGS ?=

VENV := .venv
BIN  := $(VENV)/bin
# Material's notice about its own end of life is answered in docs/about/architecture.md.
export NO_MKDOCS_2_WARNING := 1
export ECHO_PORT RACE_PORT

.DEFAULT_GOAL := help
.PHONY: help serve build check lint test audit conformance bench measure attacks fanout fuzz soak zensical support fresh links fonts images lock clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Variables: PORT=$(PORT) ECHO_PORT=$(ECHO_PORT) RACE_PORT=$(RACE_PORT) PYTHON=$(PYTHON) PYTEST_ARGS=$(PYTEST_ARGS)"

serve: $(VENV)/.serve ## Serve the site with live reload, and the echo server and the demo apps beside it
	@$(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(PORT)

build: $(VENV)/.serve ## Build the site into site/
	$(BIN)/mkdocs build --strict

check: $(VENV)/.test ## The quick loop for page authors: strict build and content checks
	@$(BIN)/python -m tests.content

lint: $(VENV)/.test ## Format, lint and type-check the Python code, and spell-check all text
	@$(BIN)/ruff format --check . || { echo "make: format these: $(BIN)/ruff format ." >&2; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/codespell docs echo_demo hooks overrides tests *.md *.yml Makefile

test: $(VENV)/.test lint check ## Lint, check and run every test; PYTEST_ARGS=tests/samples runs a part
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.deploy.programs
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

audit: $(VENV)/.test ## Measure the built pages with Lighthouse, check their markup; AUDIT=home measures a part
	@$(BIN)/python -m tests.audit $(AUDIT)

conformance: $(VENV)/.test ## Run all Autobahn cases against the echo server, and keep the result for its page
	@$(BIN)/python -u -m tests.echo.conformance

fanout: $(VENV)/.test ## Measure what telling a room costs with Redis and NATS, and write the page's numbers: a minute
	@$(BIN)/python -m tests.measure.fanout

fuzz: $(VENV)/.test ## Send the echo server malformed bytes for longer than the tests do: CASES=100000 SEED=0
	@$(BIN)/python -u -m tests.echo.fuzz

soak: $(VENV)/.test ## Let clients come and go for ten minutes: SOAK="--seconds 60 --clients 500"
	@$(BIN)/python -u -m tests.echo.soak $(SOAK)

zensical: $(VENV)/.test ## Build the same tree with Zensical and compare the pages
	@$(BIN)/python -m tests.content.zensical

support: $(VENV)/.test ## Take the newest data on browser support, and make its tables again
	@folder="$$(mktemp -d)" && trap 'rm -rf "$$folder"' EXIT && \
	  npm install --silent --no-save --prefix "$$folder" @mdn/browser-compat-data web-features && \
	  $(BIN)/python -m tests.reference.support "$$folder/node_modules"

bench: $(VENV)/.test ## Measure the echo server beside others, and write the page's numbers: four minutes
	@$(BIN)/python -m tests.measure.echo

measure: $(VENV)/.test ## Measure polling, long polling, SSE and WebSocket, and write the comparisons' numbers: four minutes
	@$(BIN)/python -m tests.measure.transports

attacks: $(VENV)/.test ## Measure what attacks cost a naive and a hardened server, and write the page's numbers: three minutes
	@$(BIN)/python -m tests.measure.attacks

fresh: $(VENV)/.test ## Tell what has grown old: pages, sources, versions, data on browser support
	@$(BIN)/python -m tests.fresh

links: $(VENV)/.test ## Ask every page that ours link to whether it is still there; needs the network
	@$(BIN)/python -m tests.fresh.links

fonts: $(VENV)/.test ## Subset the mono face again
	@folder="$$(mktemp -d)" && trap 'rm -rf "$$folder"' EXIT && \
	  npm install --silent --no-save --prefix "$$folder" @fontsource/ibm-plex-mono && \
	  $(BIN)/python -m hooks.fonts "$$folder/node_modules"

images: $(VENV)/.test ## Draw the social images of the sections and the touch icon again
	@$(BIN)/python -m tests.browser.images

lock: $(VENV)/.pip ## Resolve the newest allowed versions into the lock files
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --extra build --extra demos --extra site --extra speed pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --constraint requirements.lock --all-extras pyproject.toml --output-file requirements-test.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --constraint requirements.lock --extra speed pyproject.toml --output-file docs/deploy/self-host/requirements.lock

clean: ## Remove everything that can be built again
	rm -rf $(VENV) site .cache build *.egg-info

# The virtual environment, in two sizes: what serving needs, and what testing needs on top.
# Debian ships Python without ensurepip; its package python3-venv brings it.
$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: $(PYTHON) is not Python 3.11 or newer; name one that is: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && echo "Installing python3-venv ..." && apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null; } || { \
	  echo "make: $(PYTHON) cannot create virtual environments; run: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Creating the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.serve: requirements.lock pyproject.toml | $(VENV)/.pip
	@echo "Installing what the site needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.serve
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-test.lock
	@touch $@

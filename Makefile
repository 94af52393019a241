# Two commands do everything: `make check` and `make test`. The rest is for those who work on the house.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
LIBRARIES := .venv-libraries

.PHONY: check test nightly lint bench published libraries pins clean

check: $(READY)
	$(BIN)/policyproof check fast-cpu stable-baselines3 --json policyproof-report.json

test: $(READY) lint
	$(BIN)/pytest -n 2 --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p policyproof
	$(BIN)/lint-imports

nightly: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal -m nightly
	$(BIN)/pytest -n 2 --dist worksteal -m "nightly or not nightly" -k raises_no_alarm --seeds 20 --examples 54

bench: $(READY)
	$(BIN)/policyproof bench

# What the repository shows of itself, from the records that are committed: the same bytes each time.
RECORDS := $(sort $(wildcard reports/conformance/*.json reports/claims/*.json reports/kills/*.json reports/benchmarks/*.json))
published: $(READY)
	rm -rf reports/published
	mkdir reports/published
	$(BIN)/policyproof report $(RECORDS) --html reports/published --pictures reports/published/pictures \
		--badges reports/published/badges --markdown reports/published/README.md --csv reports/published/verdicts.csv

# The matrix of real libraries, unattended, into reports/runs/: most in one environment, agilerl and garage apart; and
# whole updates beside the exact ones. Each runs, whatever came of the one before; one that would not end is
# interrupted, and writes what it has.
MATRIX := timeout --foreground --signal INT --kill-after 60
JUDGED := check --seed 0 --max-time 40
UPDATES := tests/adapters/test_updates.py --junit-xml reports/runs
libraries: export OMP_NUM_THREADS := 1
libraries: $(LIBRARIES)/ready $(LIBRARIES)-agilerl/ready $(LIBRARIES)-garage/ready
	mkdir -p reports/runs
	failed=0; \
	$(MATRIX) 1380 $(LIBRARIES)/bin/policyproof $(JUDGED) --all-installed --json reports/runs/libraries.json || failed=1; \
	$(MATRIX) 100 $(LIBRARIES)-agilerl/bin/policyproof $(JUDGED) agilerl --json reports/runs/agilerl.json || failed=1; \
	$(MATRIX) 80 $(LIBRARIES)-garage/bin/policyproof $(JUDGED) garage --json reports/runs/garage.json || failed=1; \
	$(MATRIX) 120 $(LIBRARIES)/bin/pytest $(UPDATES)/updates.xml || failed=1; \
	$(MATRIX) 50 $(LIBRARIES)-agilerl/bin/pytest -k agilerl $(UPDATES)/updates-agilerl.xml || failed=1; \
	$(MATRIX) 50 $(LIBRARIES)-garage/bin/pytest -k garage $(UPDATES)/updates-garage.xml || failed=1; \
	exit $$failed

$(LIBRARIES)/ready: $(wildcard adapters/requirements/*.txt)
	$(PYTHON) -m venv $(LIBRARIES)
	$(LIBRARIES)/bin/pip install --quiet --constraint constraints.txt torch
	$(LIBRARIES)/bin/pip install --quiet --requirement adapters/requirements/together.txt
	$(LIBRARIES)/bin/pip install --quiet --no-deps --requirement adapters/requirements/without-dependencies.txt
	$(LIBRARIES)/bin/pip install --quiet --editable ".[fast]" pytest
	touch $@

$(LIBRARIES)-agilerl/ready: adapters/requirements/agilerl.txt
	$(PYTHON) -m venv $(LIBRARIES)-agilerl
	$(LIBRARIES)-agilerl/bin/pip install --quiet --constraint constraints.txt torch
	$(LIBRARIES)-agilerl/bin/pip install --quiet --requirement adapters/requirements/agilerl.txt
	$(LIBRARIES)-agilerl/bin/pip install --quiet --editable . pytest
	touch $@

$(LIBRARIES)-garage/ready: adapters/requirements/garage.txt
	$(PYTHON) -m venv $(LIBRARIES)-garage
	$(LIBRARIES)-garage/bin/pip install --quiet --constraint constraints.txt torch setuptools wheel
	$(LIBRARIES)-garage/bin/pip install --quiet --no-deps --no-build-isolation --requirement adapters/requirements/garage.txt
	$(LIBRARIES)-garage/bin/pip install --quiet --editable . pytest
	touch $@

# torch first: whatever else asks for it then finds the pinned build in place.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[fast,gpu,libraries,ray,test]"
	mkdir -p $(VENV)/typing && ln -sfn ../.. $(VENV)/typing/policyproof
	touch $(READY)

# Run after an upgrade that passed: pins what is installed.
pins: $(READY)
	$(BIN)/pip freeze --exclude-editable | sed 's/+cpu//' > constraints.txt

clean:
	rm -rf $(VENV) build *.egg-info

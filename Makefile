# gan-designer: `make serve` starts the service, `make test` runs all checks, `make help` lists all targets.

HOST ?= 127.0.0.1
PORT ?= 8000
PART ?= 1/1
# The tests start some thousand processes: each would compile the sources again if none kept the result.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
# The number of processes and the order are those of tests/conftest.py: slow files first, so that no
# core is idle at the end.
PYTEST := $(BIN)/pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder
# A sample of all mutants, the same every time: about half an hour on two cores.
MUTATION := $(BIN)/python -m tests.mutation --sample 1600
ENVIRONMENT_FILES := pyproject.toml constraints.txt .ci/environment

.DEFAULT_GOAL := help
.PHONY: help serve test soak mutation checks bench image lock hashes licences audit clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

serve: .venv/ready-to-serve ## serve on 127.0.0.1:8000 (HOST, PORT)
	$(BIN)/gan-designer serve --host $(HOST) --port $(PORT)

test: checks ## run all checks
	$(PYTEST)

soak: checks ## run the same tests with full counts, then the mutation gate; takes hours (PART=2/5 runs a part)
	SOAK=1 $(PYTEST) --part=$(PART) --override-ini=faulthandler_timeout=10800
	$(if $(filter 1/%,$(PART)),$(MUTATION))

mutation: .venv/ready-to-test ## plant faults in the pure parts; fails if tests miss one
	$(MUTATION)

checks: .venv/ready-to-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/gan-designer openapi --check openapi.yaml
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench: .venv/ready-to-test ## measure the figures of docs/benchmarks.md in one run
	$(BIN)/python -m benchmarks

image: .venv/ready-to-test ## build the image (docker, or buildah and podman) and test it
	$(BIN)/python .ci/image.py

lock: .venv/ready-to-test ## update constraints.txt (torch stays pinned) and requirements/
	$(BIN)/python .ci/lock.py

hashes: .venv/ready-to-test ## update requirements/, the hashes of the pinned versions
	$(BIN)/python .ci/lock.py --keep-versions

licences: .venv/ready-to-test ## update docs/licences.md from the installed packages
	$(BIN)/python .ci/licences.py

audit: .venv/ready-to-test ## look for known vulnerabilities of the locked versions
	$(BIN)/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

clean: ## remove .venv and all caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/page/node_modules

.venv/ready-to-serve: $(ENVIRONMENT_FILES)
	.ci/environment serve

.venv/ready-to-test: $(ENVIRONMENT_FILES) tests/page/package-lock.json
	.ci/environment test

# gan-designer: `make serve` runs it, `make test` checks it, `make help` lists the rest.

HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
# Tests wait for processes more than they compute; more than four at a time would need much memory.
# In the order of tests/conftest.py: what takes long comes first, so that no core waits for the other.
PYTEST := $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
GROUND := pyproject.toml constraints.txt .ci/environment

.DEFAULT_GOAL := help
.PHONY: help serve test soak checks bench image lock licences audit clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

serve: .venv/ready-to-serve ## serve on 127.0.0.1:8000 (HOST, PORT)
	$(BIN)/gan-designer serve --host $(HOST) --port $(PORT)

test: checks ## every check there is
	$(PYTEST)

soak: checks ## the same tests with full counts: hours rather than minutes
	SOAK=1 $(PYTEST)

checks: .venv/ready-to-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/gan-designer openapi --check openapi.yaml
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench: .venv/ready-to-test ## the figures that the README quotes, in one run
	$(BIN)/python -m benchmarks

image: .venv/ready-to-test ## build the image (docker, or buildah and podman) and try it
	$(BIN)/python .ci/image.py

lock: .venv/ready-to-test ## renew constraints.txt (torch stays where it is pinned)
	$(BIN)/python .ci/lock.py

licences: .venv/ready-to-test ## renew docs/licences.md from what is installed
	$(BIN)/python .ci/licences.py

audit: .venv/ready-to-test ## look for known vulnerabilities of the locked versions (asks pypi.org)
	$(BIN)/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

clean: ## forget .venv and all caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/page/node_modules

.venv/ready-to-serve: $(GROUND)
	.ci/environment serve

.venv/ready-to-test: $(GROUND) tests/page/package-lock.json
	.ci/environment test

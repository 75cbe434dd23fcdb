# Everything that builds, checks or runs Botmesh. `make help` lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
STUBS  := clients/python
STORED := services
RELEASED := protos/released.binpb
SNAPSHOT := services/botmesh_conversations/model/snapshot.proto
OTHERS := clients
PAGE   := docs/contract.md
FRESH  := $(VENV)/fresh

LANGUAGES   := go node java
TOOL_OF_go   := go
TOOL_OF_node := npm
TOOL_OF_java := mvn
# with LANGUAGE,COMMAND: run it where the language's tool is installed; on CI it has to be.
with = if command -v $(TOOL_OF_$(1)) >/dev/null; then $(2); elif [ -n "$$CI" ]; then echo "$(TOOL_OF_$(1)) is missing"; exit 1; \
  else echo "$(TOOL_OF_$(1)) is not installed: clients/$(1) is left out"; fi
GRPCURL := v1.9.3

# Tests run in WORKERS processes, three for two cores since many of them wait; those that are marked `alone` depend on
# time and run after the others, one by one.
WORKERS ?= 3
SIDE_BY_SIDE = $(BIN)/pytest -n $(WORKERS) --dist worksteal
QUICK        := not slow and not languages and not jaeger

.DEFAULT_GOAL := help
.PHONY: help setup hooks demo check test test-all test-long fuzz bench check-bench tools jaeger lint house format generate check-generated check-breaking release-contract check-clients lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment of the project

hooks: $(READY) ## Run format, lint and types before each commit, by pre-commit
	$(BIN)/pre-commit install
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Botmesh needs Python 3.11 or later; name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## Run a team of bots on your messages (typed, or from standard input)
	@$(BIN)/botmesh demo

check: $(READY) ## Check format, lint, types and the protos, and run the tests of what changed (under a minute)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/mypy
	@changed=$$($(BIN)/python -m tests.tools.changed) && if [ -n "$$changed" ]; then \
	  $(SIDE_BY_SIDE) -m "$(QUICK) and not alone" $$changed || [ $$? = 5 ]; else echo "no test belongs to what changed"; fi

test: $(READY) $(BIN)/grpcurl ## Run what a change to Python can break (5 minutes)
	$(SIDE_BY_SIDE) -m "$(QUICK) and not alone"
	$(BIN)/pytest -m "$(QUICK) and alone"

test-all: WORKERS := 2
test-all: $(READY) tools ## Run all tests, with those that take long and those of Go, Node, Java and Jaeger (CI does)
	$(SIDE_BY_SIDE) -m "not alone"
	$(BIN)/pytest -m "alone"

test-long: $(READY) ## Run what takes long: twice 200 kills of the service under load, half an hour of mixed load (one hour)
	KILLS=200 $(BIN)/pytest --timeout 3000 tests/conversations/test_kills.py tests/conversations/test_contact_kills.py
	SOAK_SECONDS=1800 $(BIN)/pytest --timeout 3000 -s tests/soak

fuzz: $(READY) tools ## Send 200,000 hostile calls to a mesh and a bot of each language (hours; FUZZ_SEED, FUZZ_CALLS; docs/fuzzing.md)
	FUZZ_CALLS=$${FUZZ_CALLS:-200000} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} FRAMES_EXAMPLES=$${FRAMES_EXAMPLES:-400} \
	  $(BIN)/pytest --timeout 40000 -s tests/fuzz

bench: $(READY) ## Measure speed and size against bare gRPC and others, and write docs/performance.md (ten minutes)
	$(BIN)/python -m bench --page docs/performance.md

check-bench: $(READY) ## Fail if a ratio to bare gRPC has fallen behind
	$(BIN)/python -m bench --check --rounds 3

tools: $(BIN)/grpcurl $(BIN)/jaeger ## Build grpcurl and Jaeger, which the tests need (where Go is installed)
$(BIN)/grpcurl: | $(READY)
	@if command -v go >/dev/null; then echo "building grpcurl"; GOBIN=$(abspath $(BIN)) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL); \
	else echo "Go is not installed: the tests that need grpcurl will be skipped"; fi
$(BIN)/jaeger: | $(READY)
	@if command -v go >/dev/null; then echo "building jaeger (some minutes the first time)"; go build -C tests/jaeger -o $(abspath $@) github.com/jaegertracing/jaeger/cmd/all-in-one; \
	else echo "Go is not installed: the tests that need Jaeger will be skipped"; fi

jaeger: $(BIN)/jaeger ## Run Jaeger on loopback: OTLP at 127.0.0.1:4317, queries at http://127.0.0.1:16686
	tests/jaeger/run

lint: $(READY) ## Check style, types, the protos, and that the stubs are fresh
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	@$(MAKE) --no-print-directory check-generated check-breaking check-clients

house: $(READY) ## Print the structure of the Python code: modules, imports, floors, circles
	@$(BIN)/python -m tests.tools.house

format: $(READY) ## Format the code and the protos
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format
	$(BIN)/buf format --write
	@$(call with,go,gofmt -w $(filter-out clients/go/botmeshv1%,$(wildcard clients/go/*.go clients/go/*/*.go clients/go/*/*/*.go)))
	@$(call with,node,cd clients/node && npx --no-install prettier --log-level warn --write .)
	@$(call with,java,mvn -q -B -f clients/java spotless:apply)

generate: $(READY) ## Generate the committed stubs and docs/contract.md from protos/ (Java's and Node's builds make their own)
	rm -rf $(STUBS)/botmesh/v1
	$(BIN)/python -m grpc_tools.protoc -I protos --python_out=$(STUBS) --pyi_out=$(STUBS) --grpc_python_out=$(STUBS) \
	  --plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc --mypy_grpc_out=quiet,only_async:$(STUBS) \
	  --include_source_info --descriptor_set_out=$(VENV)/contract.bin protos/botmesh/v1/*.proto
	$(BIN)/python protos/markdown.py $(VENV)/contract.bin > $(PAGE)
	$(BIN)/python -m grpc_tools.protoc -I protos -I services --python_out=$(STORED) --pyi_out=$(STORED) $(SNAPSHOT)
	@$(call with,go,clients/go/generate $(abspath $(OTHERS)/go))

check-breaking: $(READY) ## Compare the protos with the contract of the last release; before the first release only report
	@if $(BIN)/buf breaking protos --against $(RELEASED); then echo "nothing breaks since $(RELEASED) was made"; \
	elif git describe --tags --abbrev=0 --match 'v*' >/dev/null 2>&1; then exit 1; \
	else echo "the contract changes; there is no release yet that it could break"; fi

release-contract: $(READY) ## Keep the contract as it is now, for check-breaking: part of each release
	$(BIN)/buf build protos --output $(RELEASED)

check-generated: $(READY) ## Fail if the committed stubs are not what the protos give
	@rm -rf $(FRESH) && mkdir -p $(FRESH)/python
	@$(MAKE) --no-print-directory generate STUBS=$(FRESH)/python STORED=$(FRESH) OTHERS=$(FRESH) PAGE=$(FRESH)/contract.md >/dev/null
	@cmp $(FRESH)/contract.md docs/contract.md || stale=yes; for one in py pyi; do cmp $(FRESH)/botmesh_conversations/model/snapshot_pb2.$$one $(SNAPSHOT:.proto=_pb2.$$one) || stale=yes; done; for one in python/botmesh/v1 go/botmeshv1; do \
	  [ ! -d $(FRESH)/$$one ] || diff -rq --exclude=__pycache__ $(FRESH)/$$one clients/$$one || stale=yes; \
	done; [ -z "$$stale" ] && echo "stubs are fresh" || { echo "stubs are stale: run make generate and commit"; exit 1; }

check-clients: $(READY) ## Check style, types and tests of the Go, Node and Java SDKs
	@$(foreach one,$(LANGUAGES),$(call with,$(one),clients/$(one)/check) &&) true

lock: ## Write requirements.lock anew: versions and hashes, no addresses
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 pyproject.toml --extra mesh --group dev --output-file requirements.lock

clean: ## Remove what the targets made
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache clients/go/bin clients/java/target \
	  $(addprefix clients/node/,node_modules dist out src/generated)
	find . -name __pycache__ -not -path './.git/*' -exec rm -rf {} +

# Everything a person or a pipeline runs. `make plan STACK=prod` and `make test` set themselves up.
STACK ?= prod
PYTHON ?= python3
BIN := .venv/bin
REGION ?= us-east-1
BASE ?= main
ARGS ?=
IMAGES = $(notdir $(patsubst %/,%,$(dir $(wildcard images/*/Dockerfile))))

.PHONY: named plan docs report serve init command second-region preview network up destroy check test lint types types-changed hooks version wheel images services format schema runbooks prices instances regions stubs versions bench lock clean help

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

# pip would compile all modules of a package, of which a plan or a test imports few: that is half of its time.
.venv/.runtime: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mlplatform needs Python 3.11 or newer; set PYTHON=")'
	@echo 'Installing the locked requirements into .venv, once; this takes some minutes.' >&2
	@$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

# For jobs with the key of an app: only what the smoke test and the promotion import.
.venv/.operations: operations/requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo 'Installing the locked requirements of operations into .venv, once.' >&2
	@$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r $<
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo 'Installing the locked requirements of development into .venv, once; this takes some minutes.' >&2
	@$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Feast, MLflow, Spark and the AWS CLI in environments of their own: their pins are those of neither the rest nor each other.
.venv/.feast .venv/.mlflow .venv/.spark .venv/.tracing .venv/.aws: .venv/.%: tests/services/%.lock | .venv/.runtime
	@test -x .venv/$*/bin/pip || $(PYTHON) -m venv .venv/$*
	@echo 'Installing the locked requirements of $* into .venv/$*, once; this takes some minutes.' >&2
	@.venv/$*/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# The environments of the images: what their locks install, without Docker.
.venv/.model-server .venv/.training .venv/.model-quality .venv/.prediction-log .venv/.batch-tasks: .venv/.%: images/%/requirements.lock | .venv/.runtime
	@test -x .venv/$*/bin/pip || $(PYTHON) -m venv .venv/$*
	@echo 'Installing the locked requirements of image $* into .venv/$*, once; this takes some minutes.' >&2
	@.venv/$*/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# The environment of the image of the ingestion of features.
.venv/.ingest: workers/feature_ingest/requirements.lock | .venv/.runtime
	@test -x .venv/ingest/bin/pip || $(PYTHON) -m venv .venv/ingest
	@echo 'Installing the locked requirements of the ingestion of features into .venv/ingest, once; this takes some minutes.' >&2
	@.venv/ingest/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# A real Kafka for its tests, which skip without it. Maven compares the jars with their checksums.
.venv/.kafka: tests/services/kafka.xml | .venv/.runtime
	@if command -v mvn >/dev/null && command -v java >/dev/null; then \
	  echo 'Fetching Kafka into .venv/kafka, once.' >&2; \
	  mvn -q -B -C -f $< org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
	    -DoutputDirectory="$$PWD/.venv/kafka" >&2 && touch $@; \
	else echo 'Tests with a real Kafka skip: mvn or java is not on PATH.' >&2; fi

# The jars of the job of Spark, which its tests start. After Kafka's: Maven's repository takes one writer at a time.
.venv/.spark-jars: workers/feature_ingest_spark/jars.xml | .venv/.runtime .venv/.kafka
	@if command -v mvn >/dev/null && command -v java >/dev/null; then \
	  echo 'Fetching the jars of the ingestion by Spark into .venv/spark-jars, once.' >&2; \
	  mvn -q -B -C -f $< org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
	    -DoutputDirectory="$$PWD/.venv/spark-jars" >&2 && touch $@; \
	else echo 'Tests of the ingestion by Spark skip: mvn or java is not on PATH.' >&2; fi

# What compiles the example in TypeScript, by its lock.
.venv/.typescript: examples/components/typescript/package.json examples/components/typescript/package-lock.json | .venv/.runtime
	@if command -v npm >/dev/null; then \
	  echo 'Installing the packages of the example in TypeScript into .venv/typescript, once.' >&2; \
	  mkdir -p .venv/typescript && cp $^ .venv/typescript && \
	  (cd .venv/typescript && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) && touch $@; \
	else echo 'The test of the example in TypeScript skips: npm is not on PATH.' >&2; fi

# What compiles and runs the example in Java, in Maven's own cache.
.venv/.java: examples/components/java/pom.xml | .venv/.runtime .venv/.spark-jars
	@if command -v mvn >/dev/null && command -v javac >/dev/null; then \
	  echo 'Fetching what the example in Java needs, once.' >&2; \
	  mvn -q -B -C -f $< -Dmaven.main.skip compile exec:help \
	    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:resolve >&2 && touch $@; \
	else echo 'The test of the example in Java skips: mvn or javac is not on PATH.' >&2; fi

# The modules that the example in Go imports, in Go's own cache. `pulumi package add` makes its SDK.
.venv/.go: SDK = example.com/pulumi-mlplatform/sdk/go
.venv/.go: examples/components/go/go.mod examples/components/go/go.sum | .venv/.runtime
	@if command -v go >/dev/null; then \
	  echo 'Fetching the modules of the example in Go, once.' >&2; \
	  mkdir -p .venv/go && cp $^ .venv/go && \
	  (cd .venv/go && go mod edit -droprequire=$(SDK) -dropreplace=$(SDK) && go mod download >&2) && touch $@; \
	else echo 'The test of the example in Go skips: go is not on PATH.' >&2; fi

# What `make bench` compares with: AWS CDK with cdk-nag, and Checkov, whose pins are not ours.
.venv/.checkov: tests/bench/peer/checkov.lock | .venv/.runtime
	@test -x .venv/checkov/bin/pip || $(PYTHON) -m venv .venv/checkov
	@echo 'Installing the locked requirements of Checkov into .venv/checkov, once; this takes some minutes.' >&2
	@.venv/checkov/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

.venv/.cdk: tests/bench/peer/package.json tests/bench/peer/package-lock.json | .venv/.runtime
	@command -v npm >/dev/null || { echo 'make bench compares with AWS CDK and needs Node.js 20 or newer with npm' >&2; exit 1; }
	@echo 'Installing AWS CDK and cdk-nag into .venv/cdk, once.' >&2
	@mkdir -p .venv/cdk
	@cp $^ .venv/cdk
	@cd .venv/cdk && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@

plan: .venv/.runtime  ## Show what STACK would deploy, cost and violate; AGAINST=main compares
	@$(BIN)/python -m planner $(STACK) $(if $(AGAINST),--against '$(AGAINST)') $(ARGS)

report: .venv/.runtime  ## Write the report of STACK, build/STACK/report.html; AGAINST=main compares
	@$(BIN)/python -m reports $(STACK) $(if $(AGAINST),--against '$(AGAINST)') $(ARGS)

serve: .venv/.runtime  ## Show the report of STACK on this machine, and write it again when the project changes
	@$(BIN)/python -m reports $(STACK) --serve $(if $(AGAINST),--against '$(AGAINST)') $(ARGS)

second-region: .venv/.runtime  ## Write the config of STACK's second region (recovery.region), and plan it; ARGS='--mode full'
	@$(BIN)/python -m planner.second_region $(STACK) $(ARGS)

preview: .venv/.runtime  ## The same by the real engine, with the account's credentials
	pulumi preview --stack $(STACK) --policy-pack policies $(ARGS)

network: .venv/.runtime  ## Deploy the network of STACK alone, for the runner that deploys the rest
	pulumi up --stack $(STACK) --config-file "$$($(BIN)/python -m operations.network_config $(STACK))" \
	  --policy-pack policies $(ARGS)

# A stack is never changed by default.
named:
	@$(if $(filter file,$(origin STACK)),echo 'STACK is missing: name the stack as in STACK=acme' >&2; exit 2,:)

up: named .venv/.runtime  ## Deploy STACK, which must be named, with the policies on
	pulumi up --stack $(STACK) --policy-pack policies $(ARGS)

destroy: named .venv/.runtime  ## Delete everything STACK deployed; STACK must be named
	pulumi destroy --stack $(STACK) $(ARGS)

check: lint types-changed .venv/.dev  ## Lint, types of changed files, unit tests: for all day, under two minutes
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile \
	  -m 'not (services or engine or charts or cluster or browser or slow)' $(ARGS)

test: lint types .venv/.dev services  ## Lint, types and all tests
	MAKEFLAGS= $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

services: .venv/.feast .venv/.mlflow .venv/.spark .venv/.tracing .venv/.aws .venv/.model-server .venv/.training .venv/.model-quality .venv/.prediction-log .venv/.batch-tasks .venv/.ingest .venv/.kafka .venv/.spark-jars .venv/.typescript .venv/.java .venv/.go  ## Feast, MLflow, Spark, Kafka, the images' programs and a compiler, which tests start

images: .venv/.dev  ## Lint the Dockerfiles of images; build them where a container engine runs
	$(BIN)/hadolint images/*/Dockerfile
	$(BIN)/python -m pytest tests/images
	@if ! docker info >/dev/null 2>&1; then echo 'No container engine runs here, so nothing is built.'; exit 0; fi; \
	export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct); \
	for image in $(IMAGES); do docker buildx build --load --tag "$$image" --file "images/$$image/Dockerfile" . || exit 1; done

lint: .venv/.dev  ## ruff, rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev  ## pyright, strict
	$(BIN)/pyright

types-changed: .venv/.dev  ## pyright on the Python files that differ from BASE (main)
	@base=$$(git merge-base HEAD $(BASE) 2>/dev/null || echo HEAD); \
	files=$$({ git diff --name-only --diff-filter=d "$$base"; git ls-files --others --exclude-standard; } | grep '\.py$$' | sort -u); \
	if [ -z "$$files" ]; then echo "No Python file differs from $(BASE)."; else $(BIN)/pyright $$files; fi

hooks: .venv/.dev  ## Install the Git hooks: ruff before a commit, the form of its message after it is written
	$(BIN)/pre-commit install

version: .venv/.dev  ## Write the next version and its section of CHANGELOG.md, from the commits since the last tag
	@if grep -q '^## Unreleased' CHANGELOG.md; then echo 'CHANGELOG.md has a section "Unreleased", which would be lost:' \
	  'name it "v<version> (<date>)" to release it as it is' >&2; exit 1; fi
	$(BIN)/cz bump --files-only --yes $(ARGS)

# A script on the clone: a wheel would need what builds it, which only the requirements of development have.
command: .venv/.runtime  ## Install the command mlplatform into .venv
	@printf '#!/bin/sh\nexec "%s" -P "%s" "$$@"\n' '$(CURDIR)/$(BIN)/python' '$(CURDIR)/components/command_line.py' > $(BIN)/mlplatform
	@chmod +x $(BIN)/mlplatform

wheel: .venv/.dev  ## Build the wheel of the components into dist
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

format: .venv/.dev  ## Let ruff put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

init: .venv/.runtime  ## Write Pulumi.STACK.yaml of a new stack; asks, or ARGS='--kind development --region us-east-1 --budget 1500'
	@$(BIN)/python -m stacks init $(if $(filter file,$(origin STACK)),,'$(STACK)') $(ARGS)

docs: .venv/.dev  ## Build the documentation site, build/docs/site/index.html; it needs no server and no network
	@$(BIN)/python -m website $(ARGS)

schema: .venv/.runtime  ## Write the JSON Schema that completes Pulumi.<stack>.yaml in editors
	@$(BIN)/python -m stacks

runbooks: .venv/.runtime  ## Write the runbooks of all alerts, docs/runbooks.md
	@$(BIN)/python -m stacks.runbooks

prices: .venv/.dev  ## Refresh the price table of REGION from AWS's public price files
	$(BIN)/python -m pricing.refresh --region $(REGION) $(ARGS)

instances: .venv/.dev  ## Refresh the facts of EC2 instance types
	$(BIN)/python -m operations.instances $(ARGS)

versions: .venv/.runtime  ## List pinned versions that are behind or leave support; ARGS=--offline uses no network
	@$(BIN)/python -m operations.versions $(ARGS)

regions: .venv/.dev  ## Refresh the zones of regions
	$(BIN)/python -m operations.regions

stubs: .venv/.dev  ## Generate the gRPC code of the smoke test from its .proto
	@$(BIN)/python -m operations.stubs

bench: .venv/.dev .venv/.cdk .venv/.checkov  ## Measure planning in whole processes, beside CDK and Checkov
	$(BIN)/python -m tests.bench $(ARGS)

lock:  ## Pin what pyproject.toml asks for, with hashes and without addresses; needs uv
	uv pip compile -q pyproject.toml --extra plan --extra operate --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock
	uv pip compile -q pyproject.toml --extra plan --extra operate --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements-dev.lock
	for service in feast mlflow spark tracing aws; do \
	  uv pip compile -q tests/services/$$service.in --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header -o tests/services/$$service.lock || exit 1; \
	done
	for wanted in images/*/requirements.in workers/*/requirements.in; do \
	  uv pip compile -q "$$wanted" --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header -o "$${wanted%.in}.lock" || exit 1; \
	done
	uv pip compile -q operations/requirements.in --constraint requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header -o operations/requirements.lock
	uv pip compile -q tests/bench/peer/checkov.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header -o tests/bench/peer/checkov.lock

clean:  ## Remove what was made, the virtual environment too
	rm -rf .venv build dist

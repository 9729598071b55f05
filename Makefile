# Everything that this project can do, as one command each. Needed on the machine: Rust, Python 3.10 or newer, make.

PYTHON ?= python3
# The functions that the end-to-end tests deploy: "release", as they go to AWS, or "debug", which builds in seconds.
BUILD_MODE ?= release

TOOLS := .tools/venv
BIN := $(TOOLS)/bin
# Newer than the list of tools when, and only when, all of them are installed; it holds the checkout's folder.
INSTALLED := $(TOOLS)/installed
# Made anew if the checkout was moved or the interpreter is gone.
$(shell test "$$(cat $(INSTALLED) 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -I -c '' 2>/dev/null || rm -f $(INSTALLED))

# In a place of its own: it pins other versions of what the SAM CLI needs.
CHECKOV_TOOLS := .tools/checkov
CHECKOV_INSTALLED := $(CHECKOV_TOOLS)/installed

# The linter asks nothing of AWS; these keep it from looking for an account, telling anybody or looking for updates.
SAM := AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_DEFAULT_REGION=eu-central-1 \
	SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=.tools/sam $(BIN)/sam

# The bench's own Python: what it measures is apart from what tests it.
BENCH_TOOLS := .tools/bench-venv
BENCH_INSTALLED := $(BENCH_TOOLS)/installed
BUILDS := $(or $(CARGO_TARGET_DIR),target)/release

# What is installed is what was locked, and wheels alone, so that no package's own code runs to install it. All have them
# for Linux; on macOS with Python 3.14, watchdog has none. Of the user's settings of pip, those on where to install do not
# count; those on indexes, proxies and certificates do.
PIP_INSTALL = -I -m pip --python= install --quiet --disable-pip-version-check --no-deps --require-hashes \
	--only-binary :all: --no-user --target= --prefix=$(abspath $(@D)) --root=/

# Of its own, because its databases are not always in reach.
AUDIT_TOOLS := .tools/audit
CARGO_DENY_VERSION := 0.20.2
PIP_AUDIT_VERSION := 2.10.1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List what there is to call
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nOperate what is deployed; with --play, what plays\n'
	@printf '  scripts/maintenance %-37s %s\n' 'preflight|status|start|end|report' '--help tells the rest'

##@ Try it on this machine, without an account
.PHONY: demo
demo: $(INSTALLED) ## Show the main job on an emulated AWS: deploy, start, who knocked, end
	@$(BIN)/python -m tests.demo

.PHONY: play
play: $(INSTALLED) ## Stay on an emulated AWS, to try it in your own browser; Ctrl-C ends it
	@$(BIN)/python -m tests.demo.play

##@ Deploy
.PHONY: tools
tools: $(INSTALLED) ## Install sam, cargo-lambda and the other pinned tools into .tools/venv/bin; then see the README

##@ Develop
.PHONY: test
test: test-rust e2e ## Run all tests

.PHONY: test-rust
test-rust: ## Run the unit and property tests
	cargo test --workspace --locked

.PHONY: e2e
e2e: $(INSTALLED) chromium ## Run the end-to-end tests on an emulated AWS (BUILD_MODE=debug builds faster)
	BUILD_MODE=$(BUILD_MODE) $(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: chromium
chromium:
	@tests/browser/install-chromium.sh

.PHONY: screenshots
screenshots: $(INSTALLED) ## Take the picture of the maintenance page in docs/images
	@tests/browser/install-chromium.sh --with-fonts
	BUILD_MODE=$(BUILD_MODE) $(BIN)/python -m pytest tests/browser/screenshots.py

.PHONY: bench
bench: $(BENCH_INSTALLED) ## Measure both functions beside Python's, into bench/RESULTS.md
	@bench/need-valgrind.sh
	@# The functions together, as for AWS. The others each by itself, since Cargo unites the features that the packages
	@# of one build ask for.
	cargo build --release --locked -p priority-switcher -p maintenance-responder
	cargo build --release --locked -p bare-runtime
	cargo build --release --locked -p strict_elb
	@$(BENCH_TOOLS)/bin/python bench/bench.py $(BUILDS)

.PHONY: lint
lint: lint-rust lint-python lint-template ## Check format, lints, documentation and template

.PHONY: lint-rust
lint-rust:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

.PHONY: lint-python
lint-python: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: lint-template
lint-template: $(INSTALLED) $(CHECKOV_INSTALLED)
	$(SAM) validate --lint
	@# sam validate looks at what SAM makes of the template; cfn-lint also at the template itself, and at the examples.
	$(BIN)/cfn-lint --regions eu-central-1 --template template.yaml examples/*.yaml
	@# Each check that is skipped stands with its reason in the template. Without --skip-download it asks the network.
	$(CHECKOV_TOOLS)/bin/checkov --file template.yaml examples/*.yaml --framework cloudformation \
		--skip-download --quiet --compact

.PHONY: format
format: $(INSTALLED) ## Format the sources
	cargo fmt --all
	$(BIN)/ruff check --quiet --select I --fix
	$(BIN)/ruff format --quiet

.PHONY: lock
lock: ## Resolve the pinned tools anew from the files *.in
	$(PYTHON) -m venv .tools/lock
	.tools/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	set -e; for name in tests/requirements tests/checkov bench/requirements; do \
	  { echo "# Every tool with everything it needs, pinned. Made from $$name.in by \`make lock\`; do not edit."; \
	    .tools/lock/bin/uv pip compile --quiet --universal --python-version 3.10 --no-annotate --no-header \
	      --generate-hashes $$name.in; } > .tools/lock/new.txt; \
	  mv .tools/lock/new.txt $$name.txt; \
	done

.PHONY: audit
audit: $(AUDIT_TOOLS)/bin/cargo-deny $(AUDIT_TOOLS)/bin/pip-audit ## Ask the databases of vulnerabilities for the locked packages
	$(AUDIT_TOOLS)/bin/cargo-deny --workspace --locked check
	set -e; for list in tests/requirements tests/checkov bench/requirements; do \
	  $(AUDIT_TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$list.txt; \
	done

.PHONY: clean
clean: ## Remove everything that was built or installed
	cargo clean --quiet
	rm -rf .aws-sam .tools .ruff_cache

$(BENCH_INSTALLED): bench/requirements.txt
	@echo "Installing what the bench needs of bench/requirements.txt into $(BENCH_TOOLS)."
	@$(PYTHON) -m venv --clear $(BENCH_TOOLS)
	@$(BENCH_TOOLS)/bin/python $(PIP_INSTALL) --requirement bench/requirements.txt
	@touch $@

$(CHECKOV_INSTALLED): tests/checkov.txt
	@echo "Installing checkov of tests/checkov.txt into $(CHECKOV_TOOLS): once, and about a minute."
	@$(PYTHON) -m venv --clear $(CHECKOV_TOOLS)
	@$(CHECKOV_TOOLS)/bin/python $(PIP_INSTALL) --requirement tests/checkov.txt
	@touch $@

$(INSTALLED): tests/requirements.txt
	@$(PYTHON) -I -c 'import sys; sys.exit("Python 3.10 or newer is needed" if sys.version_info < (3, 10) else 0)'
	@echo "Installing the tools of tests/requirements.txt into $(TOOLS): once, and about a minute."
	@$(PYTHON) -I -m venv --clear $(TOOLS)
	@$(BIN)/python $(PIP_INSTALL) --requirement tests/requirements.txt
	@# SAM asks for its newest version when it last asked a week ago: let that be far in the future.
	@mkdir -p .tools/sam && echo '{"lastVersionCheck": 4102444800.0}' > .tools/sam/metadata.json
	@$(BIN)/python -I scripts/operators --help > /dev/null
	@echo "$(CURDIR)" > $@

$(AUDIT_TOOLS)/bin/cargo-deny:
	cargo install --quiet --locked --root $(AUDIT_TOOLS) cargo-deny@$(CARGO_DENY_VERSION)

$(AUDIT_TOOLS)/bin/pip-audit:
	$(PYTHON) -m venv $(AUDIT_TOOLS)
	$(AUDIT_TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==$(PIP_AUDIT_VERSION)

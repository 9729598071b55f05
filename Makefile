# All commands of this project. Needed: Rust, Python 3.10 or newer, make.
PYTHON ?= python3
BIN := .tools/venv/bin
INSTALLED := .tools/venv/installed
LISTS := tests/requirements tests/checkov bench/requirements
# It holds the folder, and is made anew if that was moved or its interpreter is gone.
$(shell test "$$(cat $(INSTALLED) 2>/dev/null)" = "$(realpath .tools/venv)" && $(BIN)/python -I -c '' 2>/dev/null || \
	rm -f $(INSTALLED))
# The linter needs no AWS; with these it looks for no account, sends no telemetry and looks for no updates.
SAM := AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_DEFAULT_REGION=eu-central-1 \
	SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=.tools/sam $(BIN)/sam

.PHONY: bench dist # Folders have these names.

help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nOne test\n  cargo test -p priority-switcher NAME\n  $(BIN)/python -m pytest FILE -k NAME\n'
	@printf '\nOperate a deployed stack, or with --play the one of make play\n  scripts/maintenance --help\n'

##@ Try it on this machine, without an account
demo: $(INSTALLED) ## Show the main job on an emulated AWS: make room, deploy, start, end
	@$(BIN)/python -m tests.demo

play: $(INSTALLED) ## Try it in your own browser; PARAMETERS="HomePath=/ …" sets the template's parameters
	@$(BIN)/python -m tests.demo.play

##@ Deploy
tools: $(INSTALLED) ## Install sam, cargo-lambda and the other pinned tools into .tools/venv/bin

dist: $(INSTALLED) ## Pack both functions into dist/, for a deployment without a compiler; ARCHITECTURES="arm64 x86_64"
	@set -e; for each in $(or $(ARCHITECTURES),arm64 x86_64); do \
	  PATH="$(abspath $(BIN)):$$PATH" $(if $(BUILD_MODE),SAM_BUILD_MODE=$(BUILD_MODE)) CARGO_PROFILE_DEV_DEBUG=false \
	    $(SAM) build --build-dir .aws-sam/dist-$$each --parameter-overrides Architecture=$$each; \
	  $(BIN)/python scripts/dist.py .aws-sam/dist-$$each $$each dist/$$each; \
	done

verify-aws: $(INSTALLED) ## Prove it on AWS, on the runbook's trial, and delete that
	@$(BIN)/python -m tests.verify_aws trial trial-maintenance

##@ Develop
test: test-rust e2e ## Run all tests

test-rust: ## Run the unit and property tests
	cargo test --workspace --locked

e2e: $(INSTALLED) ## Run the tests on an emulated AWS (BUILD_MODE=release: with optimised functions)
	@scripts/install-packages.sh chromium
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

screenshots: $(INSTALLED) ## Take the picture of the maintenance page in docs/images
	@scripts/install-packages.sh chromium fonts-noto-core fonts-noto-cjk
	$(BIN)/python -m pytest tests/browser/screenshots.py

bench: .tools/bench-venv/installed ## Measure both functions beside Python's, into bench/RESULTS.md
	@scripts/install-packages.sh valgrind
	@# One by one, since Cargo unites the features of what it builds at once; the functions together, as for AWS.
	cargo build --release --locked -p priority-switcher -p maintenance-responder
	cargo build --release --locked -p bare-runtime
	cargo build --release --locked -p strict_elb
	@.tools/bench-venv/bin/python bench/bench.py $(or $(CARGO_TARGET_DIR),target)/release

lint: lint-rust lint-python lint-template ## Check format, lints, documentation and template

lint-rust:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

lint-python: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint-template: $(INSTALLED) .tools/checkov/installed
	$(SAM) validate --lint
	@# That looks at what SAM makes of the template; this also at the template itself, with its anchors written out, too.
	$(BIN)/python -m tests.harness.template > .tools/packaged.yaml
	$(BIN)/cfn-lint --regions eu-central-1 --template template.yaml .tools/packaged.yaml examples/*.yaml
	@# Without --skip-download it asks the network.
	.tools/checkov/bin/checkov --file template.yaml examples/*.yaml --framework cloudformation --skip-download --quiet --compact

format: $(INSTALLED) ## Format the sources
	cargo fmt --all
	$(BIN)/ruff check --quiet --select I --fix
	$(BIN)/ruff format --quiet

lock: ## Resolve the pinned packages again from the files *.in
	$(PYTHON) -m venv .tools/lock
	.tools/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	set -e; for list in $(LISTS); do .tools/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.10 \
	  --no-annotate --generate-hashes --custom-compile-command "make lock" --output-file $$list.txt $$list.in; done

audit: ## Look for known vulnerabilities of the locked packages
	$(PYTHON) -m venv .tools/audit
	.tools/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	cargo install --quiet --locked --root .tools/audit cargo-deny@0.20.2
	.tools/audit/bin/cargo-deny --workspace --locked check
	set -e; for list in $(LISTS); do \
	  .tools/audit/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$list.txt; done

clean: ## Remove everything that was built or installed
	cargo clean --quiet
	rm -rf .aws-sam .tools .ruff_cache dist

$(INSTALLED): tests/requirements.txt
# Apart from the other tools: they pin other versions of what those need.
.tools/checkov/installed: tests/checkov.txt
.tools/bench-venv/installed: bench/requirements.txt
# What is installed is what was locked, and wheels alone, so that no package's own code runs to install it. Of the user's
# settings of pip, those on where to install do not count; those on indexes, proxies and certificates do.
$(INSTALLED) .tools/checkov/installed .tools/bench-venv/installed:
	@$(PYTHON) -I -c 'import sys; sys.exit("Python 3.10 or newer is needed" if sys.version_info < (3, 10) else 0)'
	@echo "Installing the packages of $< into $(@D): once, and about a minute."
	@$(PYTHON) -I -m venv --clear $(@D)
	@$(@D)/bin/python -I -m pip --python= install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: --no-user --target= --prefix=$(abspath $(@D)) --root=/ --requirement $<
	@# SAM asks for its newest version when it last asked a week ago: let that be far in the future.
	@mkdir -p .tools/sam && echo '{"lastVersionCheck": 4102444800.0}' > .tools/sam/metadata.json
	@test $@ != $(INSTALLED) || $(BIN)/python -I scripts/operators --help > /dev/null
	@cd $(@D) && pwd -P > installed

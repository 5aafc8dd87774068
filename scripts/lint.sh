#!/usr/bin/env bash
# gofumpt and golangci-lint by .golangci.yml, installed on first use.
set -e -u
cd "$(dirname "$0")/.."
bin=$(go env GOPATH)/bin
[ -x "$bin/gofumpt" ] || GOBIN=$bin go install mvdan.cc/gofumpt@latest
[ -x "$bin/golangci-lint" ] || GOBIN=$bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
out=$("$bin/gofumpt" -l $(git ls-files '*.go'))
if [ -n "$out" ]; then
	echo "not gofumpt-clean: $out"
	exit 1
fi
"$bin/golangci-lint" run ./...

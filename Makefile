# Reconbanker Desktop. `make help` lists the goals; `make run` is the quickest way in.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

ifeq ($(OS)$(MSYSTEM),Windows_NT)
$(error This Makefile needs a shell: open Git Bash or an MSYS2 window and run make there. \
  Without make: install Go and gcc (MSYS2: mingw-w64-ucrt-x86_64-gcc), then  go build . && reconbanker.exe demo)
endif

# SQLite is C. One set of flags for every build and test: another tag or
# -trimpath would compile everything once more, which takes minutes.
export CGO_ENABLED := 1

BINARY := reconbanker$(shell go env GOEXE 2>/dev/null)
# 0.1.0, 0.1.0-3-gabc1234 after a tag; without any tag the release being made.
VERSION = $(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null | sed 's/^v//' | grep . || \
  sed -n 's/^ *Version *= *"\(.*\)"/\1-dev/p' FyneApp.toml)

# The browser refuses to run sandboxed as root; reconbanker wants to be told.
RUN_ARGS ?= demo --window
ifeq ($(shell id -u),0)
ROOT_FLAG := --allow-root
endif

GO_TEST_FLAGS := -timeout 40m
GO_TEST := go test $(GO_TEST_FLAGS)

.PHONY: help run build clean test bench screenshots package check fmt vet lint walls tidy verify race vuln setup setup-run setup-test

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{printf "  make %-11s %s\n", $$1, $$2}'

run: setup-run build ## install what is missing, build, and try it with the demo bank (RUN_ARGS="…" runs something else)
	@if [ -n "$(ROOT_FLAG)" ]; then echo "run: this is root, so the browser runs without its sandbox ($(ROOT_FLAG))"; fi; \
	exec ./$(BINARY) $(RUN_ARGS) $(ROOT_FLAG)

# The version reaches the link step only, so a new one compiles nothing again.
build: setup ## build ./reconbanker
	go build -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o $(BINARY) .

clean: ## remove what building and testing leave here
	rm -rf $(BINARY) dist bin coverage.out
	find . -name '*.test' -type f -not -path './.git/*' -delete

test: setup-test ## install what is missing, then run every test
	$(GO_TEST) ./...

bench: setup-test ## run the benchmarks
	$(GO_TEST) -run '^$$' -bench . -benchmem ./...

screenshots: setup-test ## draw every screen, light and dark, in three languages, into dist/screens
	$(GO_TEST) -count=1 -run '^Test(Screens|EditorScreens|EditorFits|Draw|Movements(Look|InOther)|LongNames)' ./gui -args -screens $(CURDIR)/dist/screens

package: setup ## packages of a release into dist
	mkdir -p bin
	go build -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/$(BINARY) .
	.ci/package.sh $(VERSION) bin/$(BINARY)

check: fmt tidy verify vet lint walls race vuln ## everything that must hold besides make test

fmt: ## are all Go files formatted (gofumpt)?
	@files=$$(find . -name '*.go' -not -path './.git/*' -not -path '*/testdata/*' -print0 | xargs -0 go tool gofumpt -l); \
	if [ -n "$$files" ]; then echo "not formatted; run  go tool gofumpt -w  on:"; echo "$$files"; exit 1; fi

vet: setup
	go vet ./...

lint: setup ## staticcheck
	go tool staticcheck ./...

walls: ## does every package keep to what it may import? (part of make test too)
	go test -count=1 -run '^TestHouse' .

tidy: ## are go.mod and go.sum what the code needs?
	go mod tidy -diff

verify:
	go mod verify

# Laying out every screen in both looks and three languages races nothing that the
# other tests of the window do not, and takes many minutes here: make test does it.
# So it is with a whole desk, where Fyne's tray library also races with itself (the
# menu's version, in systray's GetLayout).
race: setup-test ## every test under the race detector, but the drawing of all screens and a whole desk
	.ci/race.sh $(GO_TEST_FLAGS) -skip '^Test(Screens|EditorScreens|Draw|Day|CodeAtTheDesk)' ./...

# Exit codes of govulncheck: 0 none, 3 found some, 1 could not look.
vuln: setup ## known vulnerabilities in what we call; passes when the database cannot be reached
	@out=$$(go tool govulncheck ./... 2>&1) && { echo "$$out"; exit 0; } || rc=$$?; \
	echo "$$out"; \
	if [ $$rc = 1 ] && grep -q 'fetching vulnerabilities' <<<"$$out"; then \
	  echo "vuln: the vulnerability database was not reachable; nothing was checked"; exit 0; fi; \
	exit $$rc

setup:
	@.ci/packages.sh build

setup-run:
	@.ci/packages.sh run

setup-test:
	@.ci/packages.sh test

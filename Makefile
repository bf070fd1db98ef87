# The one door to the project. `make` lists what there is.
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
JOBS ?= $(shell nproc)
BASE ?= $(shell git rev-parse -q --verify origin/main 2>/dev/null || echo HEAD)

# Progress is for people: without a terminal only what goes wrong is printed.
ifndef MAKE_TERMOUT
quiet := -- --quiet | { grep -v '^ninja: no work to do' || true; }
endif
build = cmake --build build/$(1) -j $(JOBS) $(if $(2),--target $(2)) $(quiet)

cxx_folders := $(wildcard src include apps tests fuzz bench examples)
cxx_files = $(shell find $(cxx_folders) -path tests/data -prune -o \( -name '*.cc' -o -name '*.c' -o -name '*.h' \) -print)

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps grammars build test test-all demo bench check check-format check-tidy fuzz fmt install clean
.PHONY: build-all build-dev build-asan build-tsan test-asan test-tsan
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

deps: ## install what is missing: Debian packages, tree-sitter core, grammars
	@tools/deps.sh

build/grammars/build.ninja: | deps
	@echo "configuring grammars"
	@cmake -S grammars -B build/grammars -G Ninja -DCMAKE_C_COMPILER=gcc --log-level=WARNING >/dev/null

grammars: deps build/grammars/build.ninja ## build the grammars into build/release/grammars
	@$(call build,grammars)

build/%/build.ninja: CMakePresets.json | deps
	@echo "configuring $*"
	@cmake --preset $* --log-level=WARNING >/dev/null
	@touch $@

build: grammars build/release/build.ninja ## build/release/copse and the library
	@$(call build,release,copse_cli lib/libcopse.so)

build-all: grammars build/release/build.ninja
	@$(call build,release)

build-dev build-asan build-tsan: build-%: grammars
	@$(MAKE) build/$*/build.ninja
	@$(call build,$*)

test: build-all ## the whole suite, except what is slow
	@ctest --preset release

test-all: build-all ## the whole suite
	@ctest --preset all

test-asan test-tsan: test-%: build-%
	@ctest --preset $*

demo: grammars build/release/build.ninja ## copse at work on two million lines, in some minutes
	@$(call build,release,copse_cli copse_bench_foundation)
	@tools/demo.sh

bench: build ## make bench TASK=name: measure, into build/bench/name.json
	@tools/bench.sh "$(TASK)"

check: check-format check-tidy test test-asan test-tsan ## everything a change has to pass

check-format: deps
	@clang-format --dry-run -Werror $(cxx_files)

check-tidy: build-asan
	@tools/clang_tidy.sh build/asan "$(BASE)" $(JOBS)

fuzz: grammars build/fuzz/build.ninja ## every fuzz target for FUZZ_SECONDS seconds
	@$(call build,fuzz)
	@tools/fuzz.sh build/fuzz $(FUZZ_SECONDS)

fmt: deps ## format the C and C++ files
	@clang-format -i $(cxx_files)

install: build ## make install PREFIX=/usr/local: program, library, headers, grammars
	@cmake --install build/release --prefix "$(PREFIX)" >/dev/null
	@echo "installed in $(PREFIX)"

clean: ## remove everything that was built
	@rm -rf build

# The commands of a working day. Everything but the demo's result goes to stderr: stdout of `make demo` is compared in CI.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

JOBS ?= $(shell nproc)
# Seconds that each fuzz target runs, how many tests run at a time, and the builds whose tests `make test` runs.
FUZZ_SECONDS ?= 60
TEST_JOBS ?= $(JOBS)
BUILDS ?= release asan
# Options of benchmarks/kafka/end_to_end.py, such as --rows 1000000 --runs 1.
KAFKA_BENCH ?=
# Options of bench_nexmark, such as --baseline before.json.
NEXMARK_BENCH ?=
# Options of benchmarks/nexmark/against_flink.py, such as --events 10000000 --runs 5 --parallelism 2.
FLINK_BENCH ?=
export FUZZ_SECONDS JOBS TEST_JOBS BUILDS

.PHONY: demo test build debug bench bench-quick bench-kafka bench-flink conformance fuzz chaos chaos-kafka tsan format tidy clean help

demo: build ## Build, then run the example job over the shipped flights.
	@build/release/tidemill run examples/flights/flights.sql

test: ## Run every test with g++, release; unit tests and fuzz targets with clang, ASan and UBSan too.
	@tools/run_tests.sh

build: ## Build the release binary, build/release/tidemill.
	@tools/install_dependencies.sh build
	@tools/build.sh release tidemill

debug: ## Build everything without optimisation in build/debug: the quickest loop while editing.
	@tools/install_dependencies.sh test
	@tools/build.sh debug all

bench: ## Build and run the benchmarks: ratios to loops written by hand, Nexmark, start-up, peak memory (well over an hour).
	@tools/install_dependencies.sh bench
	@cmake --preset release >&2
	@tools/build.sh release tidemill benchmarks
	@for program in build/release/benchmarks/bench_*; do [[ "$$program" == *nexmark ]] || "$$program"; done
	@build/release/benchmarks/bench_nexmark --json build/release/nexmark.json $(NEXMARK_BENCH)
	@python3 benchmarks/startup.py --program build/release/tidemill

bench-quick: ## Between edits: Nexmark's queries over a million events, three runs (under two minutes on an idle machine).
	@tools/install_dependencies.sh bench
	@cmake --preset release >&2
	@tools/build.sh release bench_nexmark
	@build/release/benchmarks/bench_nexmark --events 1000000 --runs 3 --parallelism 1 \
	  --json build/release/nexmark-quick.json $(NEXMARK_BENCH)

bench-kafka: ## Measure topic to topic against Kafka Streams and Flink, latency, and a slow sink (needs a JDK and Maven; some 30 minutes).
	@tools/install_dependencies.sh bench kafka
	@cmake --preset release >&2
	@tools/build.sh release tidemill kafka_fill kafka_latency
	@python3 benchmarks/kafka/end_to_end.py $(KAFKA_BENCH)
	@python3 benchmarks/kafka/latency.py
	@python3 benchmarks/kafka/slow_sink.py

bench-flink: ## Run the queries of Nexmark on real Flink too, over the same events, and print both (needs a JDK and Maven; some 30 minutes).
	@tools/install_dependencies.sh bench conformance
	@tools/build.sh release tidemill bench_nexmark
	@python3 benchmarks/nexmark/against_flink.py $(FLINK_BENCH)

conformance: ## Run every bounded SQL case through real Flink too, and compare (needs a JDK and Maven).
	@tools/install_dependencies.sh conformance
	@python3 tools/conformance.py

fuzz: ## Run each fuzz target FUZZ_SECONDS, two at a time.
	@tools/install_dependencies.sh test
	@tools/build.sh asan fuzz_targets
	@ctest --test-dir build/asan -L fuzz -j2 --output-on-failure --no-tests=error

chaos: ## Run the real program under faults: 1,000 kills, every fault point, failing calls, damage (some 40 minutes).
	@tools/install_dependencies.sh test
	@cmake --preset release >&2
	@tools/build.sh release tidemill tidemill_faulty
	@TIDEMILL=build/release/tidemill TIDEMILL_FAULTY=build/release/tests/tidemill_faulty python3 tests/chaos/tidemill_chaos.py all

chaos-kafka: ## Run jobs on a real Kafka of three brokers under faults: 200 kills of the job, 30 of a broker, and more (some 30 minutes).
	@tools/install_dependencies.sh test
	@cmake --preset release >&2
	@tools/build.sh release tidemill tidemill_faulty
	@TIDEMILL=build/release/tidemill TIDEMILL_FAULTY=build/release/tests/tidemill_faulty python3 tests/chaos/kafka_chaos.py all

tsan: ## Run with ThreadSanitizer what uses real threads: four unit tests, and the flights at parallelism 3.
	@tools/install_dependencies.sh test
	@cmake --preset tsan >&2
	@tools/build.sh tsan thread_tests
	@ctest --test-dir build/tsan -L threads -j $(TEST_JOBS) --output-on-failure --no-tests=error

format: ## Format every C++ file.
	@tools/install_dependencies.sh test
	@git ls-files '*.h' '*.cc' | xargs clang-format-19 -i

tidy: ## Run clang-tidy over every source file.
	@tools/install_dependencies.sh test tidy
	@tools/build.sh asan tm_base
	@git ls-files 'src/*.cc' | xargs -P $(JOBS) -n 4 clang-tidy-19 --quiet -p build/asan

clean: ## Remove all that was built.
	@rm -rf build

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

#!/usr/bin/env bash
# Builds and runs every test: all of them in the release build with g++; unit tests and fuzz targets with clang, ASan and UBSan.
# One ctest run holds the tests of both builds, so that its summary is the last thing printed, and the whole truth.
# BUILDS="release" or "asan" runs those of one build.
set -euo pipefail
tools/install_dependencies.sh test
# A sample of the SQL cases runs through a real Flink, which is fetched while the builds run.
mkdir -p build
{ tools/install_dependencies.sh conformance && tests/conformance/flink.sh --prepare; } >build/flink.log 2>&1 &
flink=$!
# So is a Kafka. Its tests say why they are skipped, where it cannot be had.
python3 tools/kafka.py fetch >build/kafka.log 2>&1 &

# The format parquet is built where Arrow is; without it its tests skip.
tools/install_arrow.sh >/dev/null || echo "SKIP parquet, protobuf: Apache Arrow or the Python package protobuf cannot be installed" >&2

jobs="${JOBS:-$(nproc)}"

folders=""
for preset in ${BUILDS:-release asan}; do
  targets=(all benchmarks)  # not run, but they must go on building
  [ "$preset" = release ] || targets=(unit_tests fuzz_targets)
  # Configured again each time: a build folder made before the test libraries were installed has no tests.
  cmake --preset "$preset" >&2
  tools/build.sh "$preset" "${targets[@]}"
  folders+=" \"$PWD/build/$preset\""
done

mkdir -p build/tests
printf 'subdirs(%s)\n' "$folders" >build/tests/CTestTestfile.cmake
if ! wait "$flink"; then
  echo "SKIP conformance_sample: there is no Flink to compare with: $(tail -n 1 build/flink.log) (build/flink.log)" >&2
fi
exec ctest --test-dir build/tests -j "${TEST_JOBS:-$jobs}" -LE '^conformance$' --output-on-failure --no-tests=error

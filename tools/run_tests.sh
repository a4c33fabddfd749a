#!/usr/bin/env bash
# Builds and runs every test: all of them in the release build with g++; unit tests and fuzz targets with clang, ASan and UBSan.
# One ctest run holds the tests of both builds, so that its summary is the last thing printed, and the whole truth.
# BUILDS="release" or "asan" runs those of one build.
set -euo pipefail
tools/install_dependencies.sh test
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
exec ctest --test-dir build/tests -j "${TEST_JOBS:-$jobs}" -LE conformance --output-on-failure --no-tests=error

#!/usr/bin/env bash
# Builds and runs every test: the release build with g++, and unit tests and fuzz targets with clang, ASan and UBSan.
# One ctest run holds the tests of both builds, so that its summary is the last thing printed, and the whole truth.
set -euo pipefail
tools/install_dependencies.sh test
jobs="${JOBS:-$(nproc)}"

# Configured again each time: a build folder made before the test libraries were installed has no tests.
{
  cmake --preset release
  cmake --preset asan
  ninja -C build/release -j "$jobs"
  ninja -C build/asan -j "$jobs"
} >&2

mkdir -p build/tests
printf 'subdirs("%s" "%s")\n' "$PWD/build/release" "$PWD/build/asan" >build/tests/CTestTestfile.cmake
exec ctest --test-dir build/tests -j "${TEST_JOBS:-$jobs}" -LE conformance --output-on-failure --no-tests=error

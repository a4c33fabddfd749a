#!/usr/bin/env bash
# Builds and runs every test in the release build with g++; with "sanitize" also unit tests and fuzz targets with clang, ASan and UBSan.
# One ctest run holds the tests of both builds, so that its summary is the last thing printed, and the whole truth.
set -euo pipefail
tools/install_dependencies.sh test
jobs="${JOBS:-$(nproc)}"
presets=(release)
[ "${1:-}" = sanitize ] && presets+=(asan)

# Configured again each time: a build folder made before the test libraries were installed has no tests.
folders=""
for preset in "${presets[@]}"; do
  {
    cmake --preset "$preset"
    ninja -C "build/$preset" -j "$jobs"
  } >&2
  folders+=" \"$PWD/build/$preset\""
done

mkdir -p build/tests
printf 'subdirs(%s)\n' "$folders" >build/tests/CTestTestfile.cmake
exec ctest --test-dir build/tests -j "${TEST_JOBS:-$jobs}" -LE conformance --output-on-failure --no-tests=error

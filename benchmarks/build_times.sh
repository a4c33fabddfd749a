#!/usr/bin/env bash
# Measures what a build costs, without ccache, in a folder of its own: the release binary from nothing, and a changed operator to its
# unit tests having run. Prints CPU seconds, which hold on a busy machine, and wall seconds, which do not: build_times.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)}
jobs=${JOBS:-$(nproc)}
export CCACHE_DISABLE=1
TIMEFORMAT='%U %S %R'

measure() { # measure NAME COMMAND...: prints what the command took
  local name=$1 took
  shift
  took=$( { time "$@" >&2; } 2> >(tail -n 1))
  awk -v name="$name" -v jobs="$jobs" -v took="$took" 'BEGIN {
    split(took, t, " ");
    printf "%-45s %6.1f CPU s  %6.1f wall s  (%.1f s on %d idle cores at best)\n", name, t[1] + t[2], t[3], (t[1] + t[2]) / jobs, jobs }'
}

change_and_test() {
  touch src/operators/window_aggregate.cc
  ninja -C "$folder" -j "$jobs" unit_operators
  "$folder/tests/unit_operators" --gtest_brief=1
}

cmake --preset release -B "$folder" >/dev/null
measure "release binary from nothing" ninja -C "$folder" -j "$jobs" tidemill
ninja -C "$folder" -j "$jobs" unit_operators >&2
measure "window_aggregate.cc changed, tests have run" change_and_test
[ $# -gt 0 ] || rm -r "$folder"

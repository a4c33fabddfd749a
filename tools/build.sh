#!/usr/bin/env bash
# Configures a preset where that is needed and builds targets of it, everything on stderr: build.sh PRESET TARGET...
set -euo pipefail
preset=$1
shift
{
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
  ninja -C "build/$preset" -j "${JOBS:-$(nproc)}" "$@"
} >&2

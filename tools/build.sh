#!/usr/bin/env bash
# Configures a preset where that is needed and builds targets of it, everything on stderr: build.sh PRESET TARGET...
set -euo pipefail
preset=$1
shift
# ccache takes what a unit includes from the compiler, which tells it anyway: a unit not yet cached is read once, not
# preprocessed before it is compiled.
export CCACHE_DEPEND=1
{
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
  ninja -C "build/$preset" -j "${JOBS:-$(nproc)}" "$@"
} >&2

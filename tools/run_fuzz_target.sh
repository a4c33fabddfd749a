#!/usr/bin/env bash
# Runs one libFuzzer program for FUZZ_SECONDS (60), from the inputs in tests/fuzz/corpus/NAME: run_fuzz_target.sh PROGRAM NAME
# Only a failure and the figures at the end are printed. A crash leaves its input in build/fuzz/NAME/ and says how to run it again. New inputs are kept there too, never in the tree.
set -euo pipefail
program=$1 name=$2
found="build/fuzz/$name"
corpus="tests/fuzz/corpus/$name"
mkdir -p "$found/inputs"
seeds=()
[ ! -d "$corpus" ] || seeds=("$corpus")
dictionary=()
[ ! -f "tests/fuzz/$name.dict" ] || dictionary=("-dict=tests/fuzz/$name.dict")
if ! "$program" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -max_len="${FUZZ_MAX_LEN:-4096}" \
    -verbosity=0 -print_final_stats=1 -artifact_prefix="$found/" "${dictionary[@]}" "$found/inputs" "${seeds[@]}"; then
  echo "fuzz_$name failed. Again with: $program $found/<the crash-, timeout- or oom- file named above>" >&2
  exit 1
fi

#!/usr/bin/env bash
# Runs the example and compares what comes out: run.sh kafka (over a real broker, started for it), or run.sh files.
# Exits with 77 and the reason where no Kafka can be had.
set -euo pipefail
exec python3 "$(dirname "$0")/example.py" "${@:-kafka}"

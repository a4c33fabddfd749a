#!/usr/bin/env bash
# Installs the pyarrow wheel that the format parquet is built with, in a cache of its own: install_arrow.sh. It is kept
# between builds; the next `make build` finds it. Prints the Python that has it.
set -euo pipefail
version=26.0.1  # as in cmake/FindArrowWheel.cmake
protobuf=7.36.2 # for the tests of the format protobuf
place="${XDG_CACHE_HOME:-$HOME/.cache}/tidemill/pyarrow-$version"
if [ ! -f "$place/complete" ]; then
  command -v python3 >/dev/null || { echo "python3 is not there" >&2; exit 1; }
  echo "Installing pyarrow $version into $place" >&2
  rm -rf "$place"
  python3 -m venv "$place" >&2
  "$place/bin/python" -m pip install -q --disable-pip-version-check --only-binary=:all: "pyarrow==$version" "protobuf==$protobuf" >&2
  touch "$place/complete"
fi
echo "$place/bin/python"

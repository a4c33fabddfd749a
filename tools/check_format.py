#!/usr/bin/env python3
"""Checks that clang-format would change no C++ file (`make format` mends what it finds).

Usage: check_format.py [ROOT]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from check_style import cpp_files


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    files = [str(path) for path in cpp_files(root)]
    run = subprocess.run(["clang-format-19", "--dry-run", "--Werror", *files], check=False)
    print("make format would change the files above." if run.returncode else "Every file is formatted.")
    return 1 if run.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

"""The job of a folder in tests/integration/checkpoint_format/. Rule: what the job is fed does not depend on when it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PRODUCTS = 1200  # so many that their state is over 256 KiB, below which a checkpoint is always written whole
ROWS = 5000
NOTES = 300  # a file
FILES = 3


def fill_in(script: Path, watched: bool, rows_per_second: int) -> str:
    """The job's SQL. `watched`: files that are added later are read, too, and the job does not end."""
    places = {
        "{monitor}": ", 'source.monitor-interval' = '100 ms'" if watched else "",
        "{rate}": str(rows_per_second),
        "{rows}": str(ROWS),
        "{products}": str(PRODUCTS),
    }
    sql = script.read_text()
    for place, value in places.items():
        sql = sql.replace(place, value)
    return sql


def write_input(directory: Path) -> None:
    """Notes in files of different hours, so that nothing hangs on which of them is read first."""
    directory.mkdir(parents=True)
    for file in range(FILES):
        lines = [
            json.dumps(
                {
                    "id": file * NOTES + number,
                    "shop": f"shop {number * 7 % 13}" if number % 50 else None,
                    "written": f"2024-01-01 {file:02}:{number // 10:02}:{number % 10 * 5:02}.000",
                }
            )
            for number in range(NOTES)
        ]
        (directory / f"notes-{file}.jsonl").write_text("\n".join(lines) + "\n")


def read_manifest(path: Path) -> dict[str, Any]:
    """What a _metadata file says."""
    return json.loads(path.read_text().rpartition("checksum ")[0])

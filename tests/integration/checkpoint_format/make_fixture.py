#!/usr/bin/env python3
"""Makes a checkpoint of this version to be read by later ones.

make_fixture.py FOLDER

FOLDER holds job.sql. Its input, output and checkpoints are made anew: do that for a new format only, in a new folder.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "running"))

from checkpoint_format import NOTES, fill_in, write_input  # noqa: E402
from running_job import PROGRAM, RunningJob, tidemill  # noqa: E402


class Making:
    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root
        self.checkpoints = root / "checkpoints"

    def take(self, job: RunningJob, rows: int, files: int) -> None:
        """A checkpoint once so many rows of the sequence and so many files were read."""
        job.until_status(
            lambda status: status["rows"]["in"] >= rows + files * NOTES, f"{rows} rows and {files} files read"
        )
        code, out, err = tidemill("job", "checkpoint", str(self.checkpoints))
        if code != 0:
            raise AssertionError(out + err)
        print(out.strip())

    def run(self) -> None:
        write_input(self.root / "all")
        (self.root / "input").mkdir()
        shutil.copy(self.root / "all" / "notes-0.jsonl", self.root / "input")
        (self.root / "job.sql").write_text(fill_in(self.folder / "job.sql", watched=True, rows_per_second=1000))
        options = ["--checkpoint-dir", "checkpoints"]
        settings = {
            "execution.checkpointing.interval": "1 h",
            "execution.checkpointing.num-retained": "1",
            "execution.epoch.interval": "0 ms",  # so that checkpoints are numbered 1, 2, 3
            "parallelism.default": "2",
        }
        for key, value in settings.items():
            options += ["--set", f"{key}={value}"]
        control = self.checkpoints / "control.sock"
        with RunningJob(self.root / "job.sql", control, *options, cwd=self.root) as job:
            self.take(job, 2500, 1)
            shutil.copy(self.root / "all" / "notes-1.jsonl", self.root / "input")
            self.take(job, 2800, 2)
            self.take(job, 3100, 2)
            job.kill()
        control.unlink(missing_ok=True)


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as holder:
        making = Making(folder, Path(holder))
        making.run()
        made = {"input": making.root / "all", "output": making.root / "output", "checkpoints": making.checkpoints}
        for name, source in made.items():
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.copytree(source, folder / name)
    print(f"made by {tidemill('version')[1].strip()} ({PROGRAM})")
    return 0


if __name__ == "__main__":
    sys.exit(main())

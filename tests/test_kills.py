"""A build that is killed again and again ends as one that was left alone."""

import subprocess
import sys
from pathlib import Path

KILLS = Path(__file__).resolve().parents[1] / "scripts" / "bench" / "kills"


def test_a_killed_build_loses_nothing(shared: Path) -> None:
    """The program of the same name does it for the whole file, with twenty kills."""
    source = shared / "corpora" / "hf-daily.jsonl.gz"
    arguments = ["--records", "2600", "--kills", "4", "--queries", "30", "--seed", "3"]
    done = subprocess.run(
        [sys.executable, str(KILLS), str(source), *arguments],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every claim holds" in done.stdout

"""Fuzz every target for some seconds, starting from the seeds and the example documents: `python fuzz/all.py SECONDS`.

What makes a target raise is left in `fuzz/found`; fix it, and keep it as a seed: the test suite runs those.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = {
    "reader": "examples/docs/**/*.md",
    "sidecar": "examples/**/*.yaml",
    "formats": "examples/docs/**/*.md",
    "status": "examples/docs/**/*.md",
    "globs": "fuzz/seeds/globs/*",
    "settings": "fuzz/seeds/settings/*",
    "fix": "examples/docs/**/*.md",
    "backtest": "fuzz/seeds/backtest/*",
    "map": "examples/**/*.genarch.yaml",
    "diff": "fuzz/seeds/diff/*",
}


def main() -> int:
    seconds = sys.argv[1]
    found = HERE / "found"
    found.mkdir(exist_ok=True)
    code = 0
    for target, pattern in EXAMPLES.items():
        with tempfile.TemporaryDirectory() as corpus:
            for number, path in enumerate(sorted(HERE.parent.glob(pattern))):
                Path(corpus, str(number)).write_bytes(path.read_bytes())
            options = [
                f"-max_total_time={seconds}",
                "-max_len=4096",
                "-timeout=20",
                f"-artifact_prefix={found}/{target}-",
            ]
            command = [sys.executable, "-m", "fuzz.run", target, *options, "-verbosity=0", "-print_final_stats=1"]
            print(f"{target}, {seconds} s", flush=True)
            result = subprocess.run(
                [*command, corpus, str(HERE / "seeds" / target)],
                cwd=HERE.parent,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            lines = result.stderr.splitlines()
            shown = lines if result.returncode else [line for line in lines if line.startswith("stat::number_of")]
            print("\n".join(f"  {line}" for line in shown[-40:]), flush=True)
            code = code or result.returncode
    return code


if __name__ == "__main__":
    sys.exit(main())

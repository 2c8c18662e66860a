"""What `import talkbalance` costs beside `import pandas`: `python -m benchmarks.import_time`."""

import subprocess
import sys
import time
from statistics import median

from benchmarks.shared import publish, table

RUNS = 7


def seconds(statement: str) -> float:
    """Return how long a fresh interpreter takes for a statement."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print and write the ratio of medians, runs interleaved."""
    pairs = [(seconds("import pandas"), seconds("import talkbalance")) for _ in range(RUNS)]
    pandas, ours = (median(pair[i] for pair in pairs) for i in (0, 1))
    publish(
        "import_time",
        "# Import time\n\n`python -m benchmarks.import_time`; medians of 7 fresh interpreters each, interleaved.",
        table(("statement", "s", "ratio"), [("import pandas", pandas, 1.0), ("import talkbalance", ours, ours / pandas)]),
    )


if __name__ == "__main__":
    main()

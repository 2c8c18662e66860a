"""Run every benchmark: `python -m benchmarks`, or some of them: `python -m benchmarks interruptions questions`."""

import sys
from importlib import import_module

ALL = (
    "interruptions",
    "questions",
    "german_interruptions",
    "uptake",
    "promises",
    "annomi",
    "channels",
    "voices",
    "voices_across",
    "confidence",
    "attribution",
    "engines",
    "hearing",
    "words",
    "long_recordings",
    "stopped_run",
    "coverage",
    "review_queue",
    "sensitivity",
    "peers",
    "batch",
    "import_time",
    "pages",
    "fuzz_readers",
    "reading",
    "attaching",
    "cards",
)


def main() -> None:
    """Run what was named, or all."""
    for name in sys.argv[1:] or ALL:
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()

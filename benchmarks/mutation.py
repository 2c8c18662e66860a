"""Would a test notice a slip? `python -m benchmarks.mutation [--minutes 30] [MODULE…]`.

One small slip at a time is made in `floor.py` and in the modules of `metrics/`: a comparison that takes one more or one less, a
sign, a bound, a side, a condition turned round, a number changed. The tests of that module run with it, then, if they notice
nothing, those of all measures. A slip that no test notices survives: either it changes nothing that could be noticed, or a test
is missing.
"""

import argparse
import ast
import copy
import io
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from itertools import zip_longest
from pathlib import Path
from random import Random
from types import ModuleType

from benchmarks.shared import ROOT, publish, table

TESTS = {
    "floor": ("tests/test_floor.py", "talkbalance/floor.py"),
    "metrics.ratio": ("tests/metrics/test_ratio.py",),
    "metrics.context": ("tests/metrics/test_unfinished.py", "tests/metrics/test_signals.py"),
    "metrics.interruptions": ("tests/metrics/test_interruptions.py",),
    "metrics.listening": ("tests/metrics/test_signals.py", "tests/metrics/test_interruptions.py"),
    "metrics.questions": ("tests/metrics/test_questions.py",),
    "metrics.said": ("tests/metrics/test_interruptions.py", "tests/metrics/test_signals.py", "tests/test_corrections.py"),
    "metrics.signals": ("tests/metrics/test_signals.py",),
    "metrics.speaking": ("tests/metrics/test_speaking.py",),
    "metrics.talk": ("tests/metrics/test_turntaking.py",),
    "metrics.timing": ("tests/metrics/test_timing.py",),
    "metrics.turntaking": ("tests/metrics/test_turntaking.py",),
    "metrics.unfinished": ("tests/metrics/test_unfinished.py",),
    "metrics.uptake": ("tests/metrics/test_uptake.py",),
    "metrics.wording": ("tests/metrics/test_wording.py",),
}
"""Module to the tests that know it best."""

ALL = ("tests/test_floor.py", "tests/metrics")
PATIENCE = 240
"""Seconds of processor time after which a slip counts as noticed: something runs without end."""

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
_WORDS = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip: the line, what it was and became, and the source with it."""

    line: int
    what: str
    source: str


def slips(source: str) -> Iterator[Slip]:
    """Yield every slip that can be made in a module."""
    tree = ast.parse(source)
    skipped = {id(inner) for outer in ast.walk(tree) for part in _said(outer) for inner in ast.walk(part)}
    places = [node for node in ast.walk(tree) if id(node) not in skipped]
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for node in places:
        for field, value in _changes(node):
            changed = copy.deepcopy(tree)
            twin = next(other for number, other in enumerate(ast.walk(changed)) if number == numbers[id(node)])
            setattr(twin, field, value)
            yield Slip(getattr(node, "lineno", 0), f"`{_short(node)}` → `{_short(twin)}`", ast.unparse(changed))


def _said(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a node that compute nothing: annotations, docstrings, decorators, what only type checkers see."""
    parts: list[ast.AST | None] = []
    match node:
        case ast.AnnAssign():
            parts = [node.annotation]
        case ast.arg():
            parts = [node.annotation]
        case ast.FunctionDef():
            parts = [node.returns, *node.decorator_list]
        case ast.ClassDef():
            parts = [*node.decorator_list, *node.bases]
        case ast.Expr(value=ast.Constant()):
            parts = [node]
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Raise() | ast.Import() | ast.ImportFrom():
            parts = [node]
        case ast.Assign(value=ast.Subscript() | ast.Name()):
            parts = [node]  # a name for a type
    return [part for part in parts if part is not None]


def _changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    """Yield what can be done to a node: a field, and another value for it."""
    match node:
        case ast.Compare():
            for rank, operator in enumerate(node.ops):
                if type(operator) in _SWAPS:
                    yield "ops", [*node.ops[:rank], _SWAPS[type(operator)](), *node.ops[rank + 1 :]]
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign() if type(node.op) in _SWAPS:
            yield "op", _SWAPS[type(node.op)]()
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.UnaryOp(op=ast.Not()):
            yield "operand", ast.UnaryOp(ast.Not(), copy.deepcopy(node.operand))
        case ast.IfExp() | ast.If() | ast.While():
            yield "test", ast.UnaryOp(ast.Not(), copy.deepcopy(node.test))
        case ast.Constant():
            yield from (("value", other) for other in _others(node.value))
        case ast.Name() if node.id in _NAMES:
            yield "id", _NAMES[node.id]
        case ast.Attribute() if node.attr in _NAMES:
            yield "attr", _NAMES[node.attr]


def _others(value: object) -> list[object]:
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1]
        case str():
            return [_WORDS[value]] if value in _WORDS else []
    return []


def _short(node: ast.AST) -> str:
    line = " ".join(ast.unparse(node).split()).replace("|", "\\|")
    return line if len(line) <= 60 else f"{line[:57]}…"


class _Changed(MetaPathFinder, Loader):
    """Gives one module with another source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self, origin=str(self.path)) if fullname == self.name else None

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.path)
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)  # noqa: S102 -- that is the point


def noticed(module: str, slip: Slip, tests: Sequence[str]) -> bool:
    """Run tests with a slip in a process of their own; return whether one fails."""
    child = os.fork()
    if not child:
        code = 2
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
            resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
            code = _tested(module, slip, tests)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def _tested(module: str, slip: Slip, tests: Sequence[str]) -> int:
    import pytest

    path = ROOT / "talkbalance" / f"{module.replace('.', '/')}.py"
    sys.meta_path.insert(0, _Changed(f"talkbalance.{module}", path, slip.source))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not shared and not models", "--hypothesis-seed=0"]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return int(pytest.main([*options, *tests]))


@dataclass(slots=True)
class Score:
    """What came of the slips of a module."""

    possible: int = 0
    made: int = 0
    noticed: int = 0


def run(modules: Sequence[str], minutes: float, seed: int) -> tuple[dict[str, Score], list[tuple[str, Slip]]]:
    """Make slips, module by module in turn, until all were made or time is up; return scores and survivors."""
    random, until = Random(seed), time.monotonic() + 60 * minutes
    scores, survivors = {module: Score() for module in modules}, []
    queues = []
    for module in modules:
        source = (ROOT / "talkbalance" / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        if noticed(module, Slip(0, "none", ast.unparse(ast.parse(source))), TESTS[module]):
            sys.exit(f"the tests of {module} fail without any slip")
        found = list(slips(source))
        scores[module].possible = len(found)
        queues.append([(module, slip) for slip in random.sample(found, len(found))])
    for module, slip in (one for row in zip_longest(*queues) for one in row if one is not None):
        if time.monotonic() > until:
            break
        score = scores[module]
        score.made += 1
        if noticed(module, slip, TESTS[module]) or noticed(module, slip, ALL):
            score.noticed += 1
        else:
            survivors.append((module, slip))
            print(f"{module}:{slip.line} {slip.what}", file=sys.stderr, flush=True)
    return scores, survivors


def main() -> None:
    """Make slips and write down what was noticed."""
    import pandas
    import pytest
    import scipy.stats

    del pandas, pytest, scipy  # loaded once, for every process to come
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=[], metavar="MODULE")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(None if sys.argv[0].endswith("mutation.py") else [])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    scores, survivors = run(options.modules or list(TESTS), options.minutes, options.seed)
    whole = Score(*(sum(getattr(score, name) for score in scores.values()) for name in ("possible", "made", "noticed")))
    rows = [
        (name, score.possible, score.made, score.noticed, f"{score.noticed / score.made:.0%}" if score.made else "–")
        for name, score in [*scores.items(), ("all", whole)]
    ]
    publish(
        "mutation",
        "# Slips that tests notice",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        f"Command: `python -m benchmarks.mutation --minutes {options.minutes:g} --seed {options.seed}`; in an order of chance.",
        table(("module", "slips possible", "made", "noticed", "share"), rows),
        "## Not noticed",
        table(("where", "slip"), [(f"{module}:{slip.line}", slip.what) for module, slip in survivors]),
    )


if __name__ == "__main__":
    main()

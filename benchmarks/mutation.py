"""Would a test notice a slip? `python -m benchmarks.mutation [--jobs 2] [MODULE…]`.

One small slip at a time is made in `floor.py` and in the modules of `metrics/`: a comparison that takes one more or one less, a
sign, a bound, a side, a condition turned round, a number changed. The tests that reach the statement run with it, the quickest
first, until one fails; after a slip in what is set up at import, every test. Where no test fails, one is missing. Slips that
change nothing anybody could notice are not made, and count as not noticed: `mutation_alike.toml` lists them, each with the reason.

A bench of our own: mutmut leaves what is decorated and what stands outside functions as it is, which is where thresholds and
tables of features are; cosmic-ray starts every test anew, pandas and all, for every slip.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

import argparse
import ast
import gc
import importlib
import inspect
import io
import pickle
import resource
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import numpy.testing
import pandas
import pytest
import rapidfuzz
import scipy.stats
from coverage import Coverage
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine
from tqdm import tqdm

from benchmarks.shared import ROOT, publish, table

LOADED = numpy.testing, pandas, rapidfuzz, scipy.stats, engine
"""What tests need and slips do not touch: loaded once, for every process to come."""
MODULES = ("floor", *(f"metrics.{path.stem}" for path in sorted((ROOT / "talkbalance/metrics").glob("[!_]*.py"))))
TESTS = ("tests/test_floor.py", "tests/metrics", "tests/test_corrections.py", "talkbalance/floor.py", "talkbalance/metrics")
ALIKE = Path(__file__).with_name("mutation_alike.toml")
"""By function and slip: why it changes nothing."""
PATIENCE = 5.0
"""Seconds of processor time, and as many times what the tests take without a slip, after which something runs without end."""
MEMORY = 4 << 30
"""Bytes beyond which something grows without end."""
EXAMPLES = 20
"""Meetings that a test of a property tries."""
PASSED, FAILED, BROKEN = 0, 1, 2
"""How pytest ends where it could run: every test passed, one failed, one could not even be collected."""

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
    """A slip.

    Parameters
    ----------
    module, place
        The module, and the function in it; "" outside functions.
    at_import
        Whether the statement is run when the module is loaded.
    lines
        First and last line of the statement.
    what
        What it was and became.
    source
        The module with it.
    """

    module: str
    place: str
    at_import: bool
    lines: tuple[int, int]
    what: str
    source: str

    @property
    def key(self) -> str:
        """The function, as the list of those that change nothing calls it."""
        return f"{self.module}.{self.place}".rstrip(".")


@dataclass(slots=True)
class Reach:
    """Which tests reach which lines of the modules, and the seconds each test takes."""

    tests: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, slip: Slip) -> list[str]:
        """Return the tests to ask, the quickest first."""
        first, last = slip.lines
        reached = {test for line, tests in self.tests[slip.module].items() if first <= line <= last for test in tests}
        return sorted(self.seconds if slip.at_import else reached - {""}, key=self.seconds.__getitem__)


def slips(module: str) -> Iterator[Slip]:
    """Yield every slip that can be made in a module."""
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    before = ast.unparse(tree)
    for node, statement, place, at_import in _places(tree, tree.body[0], "", at_import=True):
        for name, value in _changes(node):
            was = getattr(node, name)
            setattr(node, name, value)
            after = ast.unparse(tree)
            setattr(node, name, was)
            lines = statement.lineno, statement.end_lineno or statement.lineno
            yield Slip(module, place, at_import, lines, _shown(before, after), after)


def _path(module: str) -> Path:
    return ROOT / "talkbalance" / f"{module.replace('.', '/')}.py"


def _places(node: ast.AST, statement: ast.stmt, place: str, *, at_import: bool) -> Iterator[tuple[ast.AST, ast.stmt, str, bool]]:
    """Yield whatever computes something, with the statement and the function it stands in, and whether that is at import."""
    yield node, statement, place, at_import
    silent = _silent(node)
    body = node.body if isinstance(node, ast.FunctionDef) else []
    for child in ast.iter_child_nodes(node):
        if child not in silent:
            inside = f"{place}.{child.name}".lstrip(".") if isinstance(child, ast.FunctionDef | ast.ClassDef) else place
            nearest = child if isinstance(child, ast.stmt) else statement
            yield from _places(child, nearest, inside, at_import=at_import and child not in body)


def _silent(node: ast.AST) -> list[ast.AST | None]:
    """Return the parts of a node that compute nothing: annotations, docstrings, decorators, what only type checkers see."""
    match node:
        case ast.AnnAssign() | ast.arg():
            return [node.annotation]
        case ast.FunctionDef():
            return [node.returns, *node.decorator_list]
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases]
        case ast.Expr() | ast.Raise() | ast.Import() | ast.ImportFrom():
            return [*ast.iter_child_nodes(node)] if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Constant) else []
        case ast.Assign(value=ast.Subscript() | ast.Name(), targets=[ast.Name(id=name)]) if name.istitle():
            return [node.value]  # a name for a type
    return []


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
            yield "operand", ast.UnaryOp(ast.Not(), node.operand)
        case ast.IfExp() | ast.If() | ast.While():
            yield "test", ast.UnaryOp(ast.Not(), node.test)
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


def _shown(before: str, after: str, *, around: int = 24) -> str:
    """Return the line in which two sources differ, before and after, cut to where they do."""
    one, other = next(pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1])
    start = max(0, _alike(one, other) - around)
    tail = max(0, min(_alike(one[::-1], other[::-1]), min(len(one), len(other)) - start) - around)
    cut = (("… " if start else "") + line[start : len(line) - tail].strip() + (" …" if tail else "") for line in (one, other))
    return " → ".join(f"`{part}`" for part in cut)


def _alike(one: str, other: str) -> int:
    """Return how many letters two texts begin with alike."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))


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


class _Watched:
    """Notes which lines each test reaches; what is kept from one test to the next is forgotten, so that it hides none."""

    def __init__(self) -> None:
        self.coverage = Coverage(data_file=None, config_file=False, include=[str(_path(module)) for module in MODULES])
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.forget: list[Callable[[], None]] = []

    def pytest_collection_finish(self) -> None:
        names = {f"talkbalance.{module}" for module in MODULES}
        for one in gc.get_objects():
            if getattr(one, "__module__", "") in names:
                if isinstance(one, type(_kept)) and one.__name__ != "_trees":  # what is read from files stays
                    self.forget.append(one.cache_clear)
                elif isinstance(one, FunctionType) and one.__code__.co_qualname == "once.<locals>.known":
                    self.forget.append(inspect.getclosurevars(one).nonlocals["kept"].clear)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        for forget in self.forget:
            forget()
        self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def reach(self) -> Reach:
        data = self.coverage.get_data()
        return Reach({module: data.contexts_by_lineno(str(_path(module))) for module in MODULES}, dict(self.seconds))


@cache
def _kept() -> None:
    """Stand for whatever keeps its answers."""


class _Chosen:
    """Keeps some of the tests, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.rank = {test: rank for rank, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.rank), key=lambda item: self.rank[item.nodeid])


class _Swapping:
    """Runs, in place of the tests, those that reach a slip, for slip after slip, each in a process that knows all tests already."""

    def __init__(self, found: Sequence[Slip], known: Reach, jobs: int) -> None:
        self.found, self.known, self.jobs = found, known, jobs
        self.survivors: list[Slip] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        paths = {str(_path(module)): module for module in MODULES}
        functions = defaultdict(list)
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and (module := paths.get(one.__code__.co_filename)):
                functions[module, one.__code__.co_qualname].append(one)
        gc.freeze()

        def run(slip: Slip, tests: Sequence[str]) -> int:
            for code in _codes(compile(slip.source, str(_path(slip.module)), "exec")):
                for function in functions[slip.module, code.co_qualname]:
                    function.__code__ = code
            for test in tests:
                session.config.hook.pytest_runtest_protocol(item=items[test], nextitem=None)
                if session.testsfailed:
                    return FAILED
            return PASSED

        self.survivors = survivors(self.found, self.known, self.jobs, run)
        return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of the functions of a module and of its classes; what is defined inside a function goes with it."""
    for part in code.co_consts:
        if isinstance(part, CodeType) and "<" not in part.co_name:
            yield part
            if not part.co_flags & inspect.CO_OPTIMIZED:  # a class
                yield from _codes(part)


def _test(paths: Iterable[str], plugin: object) -> int:
    """Run tests with nothing that a moment's process has no use for; return how they ended."""
    quick = {"phases": (Phase.explicit, Phase.generate), "suppress_health_check": list(HealthCheck), "database": None}
    settings.register_profile("slips", deadline=None, max_examples=EXAMPLES, **quick)  # type: ignore[arg-type]
    left_out = ("cacheprovider", "unraisableexception", "threadexception")
    options = ["-x", "-q", "--capture=sys", "--assert=plain", "--tb=no", *(f"-pno:{name}" for name in left_out)]
    options += ["-p", "_hypothesis_pytestplugin", "--hypothesis-seed=0", "--hypothesis-profile=slips"]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return int(pytest.main([*options, "-m", "not shared and not models", *paths], plugins=[plugin]))


def _forked(work: Callable[[], int]) -> int:
    """Do something in a process of its own that ends with what it returns; return its number."""
    child = os.fork()
    if not child:
        code = 70
        try:
            code = work()
        finally:
            os._exit(code)
    return child


def reach() -> Reach:
    """Run every test once, without a slip."""
    with tempfile.NamedTemporaryFile() as kept:

        def work() -> int:
            watched = _Watched()
            with watched.coverage.collect():
                code = _test(TESTS, watched)
            Path(kept.name).write_bytes(pickle.dumps(watched.reach()))
            return code

        if os.waitpid(_forked(work), 0)[1]:
            sys.exit("tests fail without any slip")
        found: Reach = pickle.loads(Path(kept.name).read_bytes())  # noqa: S301 -- written above
        return found


def survivors(found: Sequence[Slip], known: Reach, jobs: int, run: Callable[[Slip, Sequence[str]], int]) -> list[Slip]:
    """Make slips, some at a time, each in a process of its own; return those that no test notices.

    Parameters
    ----------
    run
        Makes a slip and runs tests; returns how they ended.
    """

    def work(slip: Slip, tests: Sequence[str]) -> int:
        patience = int(PATIENCE * (1 + sum(known.seconds[test] for test in tests)))
        resource.setrlimit(resource.RLIMIT_CPU, (patience, patience))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        return run(slip, tests)

    waiting = ((slip, known.of(slip)) for slip in found)
    left: list[Slip] = []
    running: dict[int, Slip] = {}
    with tqdm(total=len(found), file=sys.__stderr__, mininterval=5) as shown:
        while True:
            while len(running) < jobs and (task := next(waiting, None)):
                running[_forked(partial(work, *task))] = task[0]
            if not running:
                return left
            child, status = os.wait()
            slip, code = running.pop(child), os.waitstatus_to_exitcode(status)
            if code > BROKEN:
                sys.exit(f"the tests cannot run: {code} with {slip.key} {slip.what}")
            if code == PASSED:
                left.append(slip)
                shown.write(f"{slip.key}:{slip.lines[0]} {slip.what}", file=sys.__stderr__)
            shown.update()


def _anew(slip: Slip, tests: Sequence[str]) -> int:
    """Load everything with a slip and run tests."""
    sys.meta_path.insert(0, _Changed(f"talkbalance.{slip.module}", _path(slip.module), slip.source))
    try:
        importlib.import_module(f"talkbalance.{slip.module}")
    except Exception:  # whatever it is, it is noticed
        return FAILED
    return _test(sorted({test.partition("::")[0] for test in tests}), _Chosen(tests)) if tests else PASSED


def made(found: Sequence[Slip], known: Reach, jobs: int) -> list[Slip]:
    """Make slips; return those that no test notices."""
    at_import = survivors([slip for slip in found if slip.at_import], known, jobs, _anew)
    swapping = _Swapping([slip for slip in found if not slip.at_import], known, jobs)
    if _test(TESTS, swapping) != PASSED:
        sys.exit("tests cannot be collected")
    return sorted([*at_import, *swapping.survivors], key=lambda slip: (MODULES.index(slip.module), slip.lines, slip.what))


def _rows(found: Counter[str], missed: Counter[str], alike: Counter[str]) -> Iterator[tuple[object, ...]]:
    def row(name: str, modules: Sequence[str]) -> tuple[object, ...]:
        every, left, same = (sum(counts[module] for module in modules) for counts in (found, missed, alike))
        seen = every - left - same
        return name, every, seen, f"{seen / every:.1%}", same, f"{seen / (every - same):.1%}"

    yield from (row(module, [module]) for module in found)
    metrics = [module for module in found if module != "floor"]
    yield from (row(name, modules) for name, modules in (("all of metrics", metrics), ("all", [*found])) if len(modules) > 1)


def main() -> None:
    """Make every slip and write down what was noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(None if sys.argv[0].endswith("mutation.py") else [])
    why: dict[str, dict[str, str]] = tomllib.loads(ALIKE.read_text(encoding="utf-8"))
    found = [slip for module in options.modules for slip in slips(module)]
    alike = [slip for slip in found if slip.what in why.get(slip.key, {})]
    missed = made([slip for slip in found if slip.what not in why.get(slip.key, {})], reach(), options.jobs)
    counts = (Counter(slip.module for slip in some) for some in (found, missed, alike))
    command = " ".join(["python -m benchmarks.mutation", *(options.modules if options.modules != MODULES else ())])
    publish(
        "mutation",
        "# Slips that tests notice",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        f"Command: `{command}`. All but those that change nothing were made. `share` counts those that change nothing as not"
        " noticed, the last column leaves them out.",
        table(("module", "slips", "noticed", "share", "change nothing", "share of the others"), _rows(*counts)),
        "## Not noticed: a test is missing",
        _listed(("where", "line", "slip"), [(slip.key, slip.lines[0], slip.what) for slip in missed]),
        "## Not made: it changes nothing",
        _listed(("where", "line", "slip", "why"), [(s.key, s.lines[0], s.what, why[s.key][s.what]) for s in alike]),
    )


def _listed(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return table(columns, [[str(cell).replace("|", "\\|") for cell in row] for row in rows]) if rows else "None."


if __name__ == "__main__":
    main()

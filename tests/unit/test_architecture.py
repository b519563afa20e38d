"""The rules of the house, read off the syntax of every module.

A rule is a function that yields what breaks it. Each is first shown offences that it must see and innocents
that it must let pass; only then is it believed about the sources. (That public functions have docstrings is
ruff's D1.)
"""

from __future__ import annotations

import ast
import importlib.metadata
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]

ERRORS_AND_PERIODS = frozenset({"intake.errors", "intake.periods"})
ROOMS_OF_NUMBERS = frozenset({"intake", "forecasting", "planning"})
STEPS_MAY_USE = ROOMS_OF_NUMBERS | {"storage", "artifacts"}

# What each room may import of the others:
# cli -> flows -> tasks -> {planning -> forecasting -> intake, storage, artifacts}.
REACH: dict[str, frozenset[str]] = {
    "intake": frozenset(),
    "forecasting": frozenset({"intake"}),
    "planning": frozenset({"forecasting", "intake"}),
    "storage": ERRORS_AND_PERIODS,
    "artifacts": ERRORS_AND_PERIODS,
    "tasks": STEPS_MAY_USE,
    "flows": STEPS_MAY_USE | {"tasks"},
    "web": frozenset({"intake", "storage", "artifacts"}),
    "cli": STEPS_MAY_USE | {"tasks", "flows", "web"},
}
PURE = ROOMS_OF_NUMBERS | {"artifacts"}

WORLD = {
    *("dotenv", "httpx", "matplotlib.pyplot", "minio", "os", "prefect", "pydantic_settings", "requests"),
    *("shutil", "socket", "subprocess", "tempfile", "time", "urllib.request", "urllib3"),
}
FILE_CALLS = {"open", "read_bytes", "read_text", "write_bytes", "write_text"}
CLOCK_CALLS = {"now", "today", "utcnow"}
UNPICKLERS = {"joblib.load", "pickle.load", "pickle.loads", "pickle.Unpickler", "cloudpickle.loads"}
TASK_RETRIES = {"retries", "retry_delay_seconds", "retry_jitter_factor", "retry_condition_fn"}
EVERYTHING = {"Exception", "BaseException"}
CATCH_ALL_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
OTHERS_NAMES = (sys.stdlib_module_names | set(importlib.metadata.packages_distributions())) - set(REACH)
MOST_LINES = 420

MUST_EXIST = [
    *("README.md", "README.es.md", "GLOSSARY.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
    *("Makefile", "pyproject.toml", "requirements.txt", "prefect.yaml"),
    *("Dockerfile", "docker-compose.yml", ".env.example", ".dockerignore"),
    *(".ci/run", ".github/workflows/ci.yml", ".pre-commit-config.yaml"),
    *("benchmarks", "notebooks", "samples", "tests/unit", "tests/integration", "tests/golden"),
]


@dataclass(frozen=True)
class Source:
    """A module: its path from the root of the project, and its text."""

    path: str
    text: str

    @property
    def room(self) -> str:
        return PurePosixPath(self.path).parts[0]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    @property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of all that is imported, `from a import b` as a.b."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.AST | None) -> str:
    """`os.environ` for the expression os.environ; the last names where the rest is not a plain name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def lies_in(name: str, modules: frozenset[str] | set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


Finding = tuple[int, str]
Rule = Callable[[Source], Iterator[Finding]]


def imports_point_one_way(source: Source) -> Iterator[Finding]:
    allowed = REACH[source.room] | {source.room}
    for line, name in source.imports():
        if lies_in(name, set(REACH)) and not lies_in(name, allowed):
            yield line, f"{source.room} must not import {name}"


def pure_rooms_touch_nothing_outside(source: Source) -> Iterator[Finding]:
    if source.room not in PURE:
        return
    for line, name in source.imports():
        if lies_in(name, WORLD):
            yield line, f"{source.room} is pure and imports {name}"
    for call in source.calls:
        if dotted(call.func).split(".")[-1] in FILE_CALLS:
            yield call.lineno, f"{source.room} is pure and touches a file"


def pure_rooms_know_no_clock_and_no_chance(source: Source) -> Iterator[Finding]:
    if source.room not in PURE:
        return
    for call in source.calls:
        name = dotted(call.func).split(".")[-1]
        if name in CLOCK_CALLS:
            yield call.lineno, f"{source.room} asks the clock: pass the time in"
        if name == "default_rng" and not call.args and not call.keywords:
            yield call.lineno, f"{source.room} draws without a seed: pass one in"


def settings_alone_read_the_environment(source: Source) -> Iterator[Finding]:
    if source.path == "storage/settings.py":
        return
    for line, name in source.imports():
        if lies_in(name, {"os.environ", "os.getenv", "dotenv", "pydantic_settings"}):
            yield line, f"only storage/settings.py reads the environment, not by {name} here"
    handed_on = environments_for_children(source)
    for node in source.nodes:
        if not isinstance(node, ast.Attribute) or node in handed_on:
            continue
        if dotted(node) in {"os.environ", "os.getenv"}:
            yield node.lineno, "only storage/settings.py reads the environment"


def environments_for_children(source: Source) -> list[ast.expr]:
    """What is copied whole where child processes are started: it is handed on, not read."""
    path = PurePosixPath(source.path)
    if path != PurePosixPath("cli/services.py") and not path.match("cli/embedded_*.py"):
        return []
    copied = [argument for call in source.calls if dotted(call.func) == "dict" for argument in call.args]
    displays = [node for node in source.nodes if isinstance(node, ast.Dict)]
    return copied + [
        value for node in displays for key, value in zip(node.keys, node.values, strict=True) if key is None
    ]


def retries_are_said_in_tasks(source: Source) -> Iterator[Finding]:
    if source.room == "tasks":
        return
    for call in source.calls:
        for keyword in call.keywords:
            if keyword.arg in TASK_RETRIES and not dotted(call.func).endswith("PoolManager"):
                yield call.lineno, f"{keyword.arg}= belongs to a task"


def unpickling_is_behind_the_signature(source: Source) -> Iterator[Finding]:
    if source.path == "storage/registry.py":
        return
    named = [(call.lineno, dotted(call.func)) for call in source.calls]
    for line, name in [*source.imports(), *named]:
        if name in UNPICKLERS or name.endswith(".read_pickle"):
            yield line, f"{name} runs what it reads: storage/registry.py alone may, after the signature"


def nobody_catches_everything(source: Source) -> Iterator[Finding]:
    for node in source.nodes:
        caught: list[ast.expr] = []
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield node.lineno, "a bare except hides what went wrong"
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
            caught = node.args
        for kind in caught:
            if dotted(kind) in EVERYTHING and not tidies_up_and_raises(node, dotted(kind)):
                yield kind.lineno, f"catching {dotted(kind)} hides what went wrong: name the errors"


def tidies_up_and_raises(node: ast.AST, kind: str) -> bool:
    """Whether a handler of every end there is, Ctrl-C too, passes it on: then it hides nothing."""
    if not isinstance(node, ast.ExceptHandler) or kind != "BaseException":
        return False
    last = node.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def modules_have_names_of_their_own(source: Source) -> Iterator[Finding]:
    if source.stem in REACH:
        yield 1, f"{source.stem} is also a room: with flows/ first on sys.path one hides the other"
    elif source.stem in OTHERS_NAMES and source.stem != "__init__":
        yield 1, f"{source.stem} is also a module of Python or of a package"
    elif source.stem in CATCH_ALL_DRAWERS:
        yield 1, f"{source.stem} says nothing of what is inside"


def modules_are_short(source: Source) -> Iterator[Finding]:
    lines = len(source.text.splitlines())
    if lines > MOST_LINES:
        yield lines, f"split it: {lines} lines are more than {MOST_LINES}"


def flows_are_named_like_their_files(source: Source) -> Iterator[Finding]:
    if source.room != "flows" or source.stem == "__init__":
        return
    flows = {
        node.name
        for node in source.nodes
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if dotted(decorator.func if isinstance(decorator, ast.Call) else decorator).endswith("flow")
    }
    if flows != {source.stem}:
        yield 1, f"it defines the flows {sorted(flows)}, not {source.stem} alone"


OFFENCES: dict[Rule, list[tuple[str, str]]] = {
    imports_point_one_way: [
        ("intake/sales.py", "from forecasting.series import panel"),
        ("forecasting/series/panel.py", "import planning.plan"),
        ("storage/objects.py", "from intake.reading import read_table"),
        (
            "artifacts/plots.py",
            "if TYPE_CHECKING:\n    from planning.plan import Plan",
        ),
        ("tasks/train.py", "def run() -> None:\n    from flows.train import train"),
    ],
    pure_rooms_touch_nothing_outside: [
        ("forecasting/model.py", "from minio import Minio"),
        ("planning/plan.py", "import prefect.logging"),
        ("artifacts/plots.py", "import matplotlib.pyplot as plt"),
        ("intake/reading.py", "content = open('Ventas.csv').read()"),
        ("intake/reading.py", "content = Path('Ventas.csv').read_bytes()"),
    ],
    pure_rooms_know_no_clock_and_no_chance: [
        ("forecasting/series/panel.py", "cutoff = pd.Timestamp.now()"),
        ("planning/plan.py", "made = datetime.now(UTC)"),
        ("forecasting/model.py", "rng = np.random.default_rng()"),
    ],
    settings_alone_read_the_environment: [
        ("storage/objects.py", "import os\nkey = os.environ['ABASTO_ACCESS_KEY']"),
        ("cli/main.py", "import os\nhome = os.getenv('ABASTO_HOME', '.abasto')"),
        ("tasks/train.py", "from os import environ"),
        ("cli/main.py", "from pydantic_settings import BaseSettings"),
        ("cli/services.py", "import os\nport = os.environ.get('PORT')"),
        ("cli/main.py", "import os\nenvironment = dict(os.environ)"),
    ],
    retries_are_said_in_tasks: [
        ("flows/train.py", "@flow(retries=3)\ndef train() -> None: ..."),
        ("storage/objects.py", "fetch.with_options(retry_delay_seconds=1)"),
    ],
    unpickling_is_behind_the_signature: [
        ("tasks/forecast.py", "model = joblib.load(stream)"),
        ("forecasting/model.py", "from pickle import loads"),
        ("cli/main.py", "frame = pd.read_pickle(path)"),
    ],
    nobody_catches_everything: [
        ("tasks/train.py", "try:\n    run()\nexcept Exception:\n    pass"),
        ("tasks/train.py", "try:\n    run()\nexcept (ValueError, BaseException):\n    pass"),
        ("cli/main.py", "try:\n    run()\nexcept:\n    raise"),
        ("cli/main.py", "with contextlib.suppress(Exception):\n    run()"),
    ],
    modules_have_names_of_their_own: [
        ("flows/planning.py", ""),
        ("intake/calendar.py", ""),
        ("storage/minio.py", ""),
        ("forecasting/utils.py", ""),
    ],
    modules_are_short: [("planning/plan.py", "quantity = 1\n" * (MOST_LINES + 1))],
    flows_are_named_like_their_files: [
        ("flows/train.py", "@flow(log_prints=True)\ndef training() -> None: ..."),
        ("flows/train.py", "def train() -> None: ..."),
        ("flows/train.py", "@flow\ndef train() -> None: ...\n@flow\ndef forecast() -> None: ..."),
    ],
}

INNOCENTS: dict[Rule, list[tuple[str, str]]] = {
    imports_point_one_way: [
        ("intake/sales.py", "import pandas\nfrom intake.errors import InputError"),
        ("storage/objects.py", "from intake.errors import MissingError"),
        ("planning/plan.py", "from forecasting.paths.demand_paths import DemandPaths"),
        ("cli/main.py", "from flows import train"),
    ],
    pure_rooms_touch_nothing_outside: [
        ("storage/objects.py", "import os, time\nfrom minio import Minio"),
        ("intake/reading.py", "from pathlib import PurePath\nstem = PurePath(name).stem"),
    ],
    pure_rooms_know_no_clock_and_no_chance: [
        ("tasks/train.py", "started = datetime.now(UTC)"),
        ("forecasting/model.py", "rng = np.random.default_rng(seed)"),
    ],
    settings_alone_read_the_environment: [
        ("storage/settings.py", "from pydantic_settings import BaseSettings"),
        ("cli/services.py", "import os\nchild = dict(os.environ)"),
        ("cli/embedded_store.py", "import os\nchild = {**os.environ, 'GOMEMLIMIT': '400MiB'}"),
    ],
    retries_are_said_in_tasks: [
        ("tasks/train.py", "@task(retries=3)\ndef fetch() -> None: ..."),
        ("storage/objects.py", "urllib3.PoolManager(retries=urllib3.Retry(2))"),
    ],
    unpickling_is_behind_the_signature: [
        ("storage/registry.py", "model = joblib.load(stream)"),
        ("tasks/train.py", "joblib.dump(model, stream)\njson.load(stream)"),
    ],
    nobody_catches_everything: [
        ("tasks/train.py", "try:\n    run()\nexcept (ValueError, OSError):\n    pass"),
        ("storage/connection.py", "try:\n    run()\nexcept BaseException:\n    tidy_up()\n    raise"),
    ],
    modules_have_names_of_their_own: [("flows/train.py", ""), ("flows/__init__.py", "")],
    modules_are_short: [("planning/plan.py", "quantity = 1\n" * MOST_LINES)],
    flows_are_named_like_their_files: [
        ("flows/train.py", "@prefect.flow(name='train')\ndef train() -> None: ..."),
    ],
}


def examples(table: dict[Rule, list[tuple[str, str]]]) -> list[object]:
    return [
        pytest.param(rule, *example, id=f"{rule.__name__}-{number}")
        for rule, rows in table.items()
        for number, example in enumerate(rows, start=1)
    ]


@pytest.fixture(scope="module")  # each is parsed once, and forgotten after this module
def sources() -> list[Source]:
    paths = [path for room in REACH for path in sorted((ROOT / room).rglob("*.py"))]
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


@pytest.mark.parametrize(("rule", "path", "text"), examples(OFFENCES))
def test_the_rule_sees_the_offence(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


@pytest.mark.parametrize(("rule", "path", "text"), examples(INNOCENTS))
def test_the_rule_lets_the_innocent_pass(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


@pytest.mark.parametrize("rule", OFFENCES, ids=lambda rule: rule.__name__)
def test_the_sources_keep_the_rule(rule: Rule, sources: list[Source]) -> None:
    broken = [f"{source.path}:{line}: {what}" for source in sources for line, what in rule(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_decisions_from_files_need_no_service(sources: list[Source]) -> None:
    by_name = {source.path.removesuffix(".py").replace("/", "."): source for source in sources}
    needed: set[str] = set()
    waiting = ["cli.order", "cli.replay"]
    while waiting:
        module = waiting.pop()
        for _, name in by_name[module].imports():
            assert not lies_in(name, {"prefect", "minio", "storage", "tasks", "flows"}), f"{module}: {name}"
            own = next((part for part in (name, name.rpartition(".")[0]) if part in by_name), None)
            if own is not None and own not in needed:
                needed.add(own)
                waiting.append(own)
    assert {"planning.replayed_history", "planning.replenishment", "intake.reading"} <= needed


def test_the_rooms_are_what_is_packaged() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = pyproject["tool"]["setuptools"]["packages"]["find"]["include"]
    assert set(included) == {f"{room}*" for room in REACH}


@pytest.mark.parametrize("path", MUST_EXIST)
def test_the_house_is_complete(path: str) -> None:
    assert (ROOT / path).exists()

"""The direction of the house: who must not import whom, read from the source without running it.

``schemas <- detectors <- streams``; inside streams the settings and records of the house first, then what reads and enriches, then the
stages and the Kafka shell, then the agents and the scan, then the command line. The pure rooms reach no broker, network, clock or
environment, not even through somebody else.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("schemas", "detectors", "streams")

LAYERS = (
    ("schemas",),
    ("detectors",),
    ("streams.settings", "streams.logs", "streams.errors", "streams.metrics", "streams.counts"),
    ("streams.sources", "streams.enrichment", "streams.sinks", "streams.report", "streams.config"),
    ("streams.stages", "streams.runtime"),
    ("streams.agents", "streams.scan", "streams.ingest", "streams.simulation"),
    ("streams.cli", "streams.__main__"),
)
"""Each may import its own layer and those before it."""

PURE = (
    "schemas",
    "detectors",
    "streams.sources",
    "streams.enrichment",
    "streams.stages",
    "streams.scan",
    "streams.simulation",
    "streams.config",
    "streams.counts",
)
SHELL = frozenset(
    {
        *("faust", "mode", "aiokafka", "kafka", "elasticsearch", "elastic_transport"),
        *("aiohttp", "asyncio", "ssl", "socket", "socketserver", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx"),
        *("time", "subprocess", "rocksdict", "prometheus_client"),
    }
)
"""What belongs to the shell: brokers, network, processes, the clock."""

OUTSIDE = frozenset({"deploy", "tests", "benchmarks", "console"})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
ENVIRONMENT_READER = "streams.settings"


@dataclass
class Module:
    """What one source file imports and asks, each with its line."""

    name: str
    imports: list[tuple[str, int]] = field(default_factory=list)
    clock_calls: list[int] = field(default_factory=list)
    environment_reads: list[int] = field(default_factory=list)


Modules = Mapping[str, Module]
Rule = Callable[[Modules], Iterator[str]]


def read(root: Path) -> dict[str, Module]:
    """Read every module of the packages under ``root``."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = _module(name, path)
    return found


def _module(name: str, path: Path) -> Module:
    module = Module(name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            module.imports += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            # What is taken from a package may itself be a module.
            module.imports += [(base, node.lineno), *((f"{base}.{alias.name}", node.lineno) for alias in node.names)]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0] if node.args else None
            if called in {"import_module", "__import__"} and isinstance(first, ast.Constant) and isinstance(first.value, str):
                module.imports.append((first.value, node.lineno))
            if called in CLOCK_CALLS and isinstance(node.func, ast.Attribute):
                module.clock_calls.append(node.lineno)
        elif isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
            module.environment_reads.append(node.lineno)
    return module


def _under(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _layer(name: str) -> int | None:
    return next((height for height, layer in enumerate(LAYERS) if any(_under(name, package) for package in layer)), None)


def upward(modules: Modules) -> Iterator[str]:
    """Find an import that goes up the house, or a module for which the house has no place."""
    for module in modules.values():
        own = _layer(module.name)
        if own is None:
            if module.name != "streams":
                yield f"{module.name} has no layer: give it one"
            continue
        for imported, line in module.imports:
            other = _layer(imported)
            if imported in modules and other is not None and other > own:
                yield f"{module.name}:{line} imports {imported}, which lies above it"


def outside(modules: Modules) -> Iterator[str]:
    """Find an import of what is no part of the distribution."""
    for module in modules.values():
        for imported, line in module.imports:
            if imported.partition(".")[0] in OUTSIDE:
                yield f"{module.name}:{line} imports {imported}, which is not shipped"


def impure(modules: Modules) -> Iterator[str]:
    """Find a pure module that reaches the shell, itself or through modules of ours."""
    for name in modules:
        if any(_under(name, package) for package in PURE):
            yield from (f"{name} is pure and reaches {what} by {' -> '.join(way)}" for what, way in _reached(name, modules))


def _reached(start: str, modules: Modules) -> Iterator[tuple[str, list[str]]]:
    ways = {start: [start]}
    todo = [start]
    while todo:
        name = todo.pop()
        for imported, _ in modules[name].imports:
            if any(_under(imported, shell) for shell in SHELL):
                yield imported, ways[name]
            # Importing a module runs the packages that it lies in, too.
            parts = imported.split(".")
            for prefix in (".".join(parts[:count]) for count in range(1, len(parts) + 1)):
                if prefix in modules and prefix not in ways:
                    ways[prefix] = [*ways[name], prefix]
                    todo.append(prefix)


def clock(modules: Modules) -> Iterator[str]:
    """Find a pure module that asks what time it is; time is an argument."""
    for module in modules.values():
        if any(_under(module.name, package) for package in PURE):
            yield from (f"{module.name}:{line} asks the clock" for line in module.clock_calls)


def environment(modules: Modules) -> Iterator[str]:
    """Find a module other than the settings that reads the environment."""
    for module in modules.values():
        if module.name != ENVIRONMENT_READER:
            yield from (f"{module.name}:{line} reads the environment" for line in module.environment_reads)


RULES: tuple[Rule, ...] = (upward, outside, impure, clock, environment)


@pytest.mark.parametrize("rule", RULES)
def test_house_holds(rule: Rule) -> None:
    """No module of the house breaks the rule."""
    assert list(rule(read(ROOT))) == []


def test_house_is_read_whole() -> None:
    """Every package of the layers has modules, so that a renamed package cannot slip out of the rules."""
    modules = read(ROOT)
    empty = [package for layer in LAYERS for package in layer if not any(_under(name, package) for name in modules)]
    assert empty == []


@pytest.mark.parametrize(
    ("file", "source", "rule", "complaint"),
    [
        ("schemas/a.py", "import detectors", upward, "schemas.a:1 imports detectors, which lies above it"),
        ("detectors/a.py", "from streams import cli", upward, "detectors.a:1 imports streams.cli, which lies above it"),
        ("streams/sources/a.py", "from ..stages import store", upward, "streams.sources.a:1 imports streams.stages, which lies above it"),
        (
            "streams/stages/a.py",
            "def f():\n    import streams.agents",
            upward,
            "streams.stages.a:2 imports streams.agents, which lies above it",
        ),
        (
            "streams/agents/a.py",
            "import importlib\nimportlib.import_module('streams.cli')",
            upward,
            "streams.agents.a:2 imports streams.cli, which lies above it",
        ),
        ("streams/novel/a.py", "", upward, "streams.novel.a has no layer: give it one"),
        ("streams/cli/a.py", "from deploy.local import stack", outside, "streams.cli.a:1 imports deploy.local, which is not shipped"),
        ("detectors/a.py", "import faust.app", impure, "detectors.a is pure and reaches faust.app by detectors.a"),
        (
            "streams/enrichment/a.py",
            "from urllib.request import urlopen",
            impure,
            "streams.enrichment.a is pure and reaches urllib.request by streams.enrichment.a",
        ),
        (
            "streams/stages/a.py",
            "from streams.sinks import search",
            impure,
            "streams.stages.a is pure and reaches elasticsearch by streams.stages.a -> streams.sinks.search",
        ),
        ("schemas/a.py", "from datetime import datetime\ndatetime.now()", clock, "schemas.a:2 asks the clock"),
        ("streams/runtime/a.py", "import os\nos.environ['HOME']", environment, "streams.runtime.a:2 reads the environment"),
    ],
)
def test_violation_is_caught(tmp_path: Path, file: str, source: str, rule: Rule, complaint: str) -> None:
    """A house with one wrong import, and no other fault, is told so by the rule that forbids it."""
    for name in ("schemas", "detectors", "streams", "streams/cli", "streams/sources", "streams/stages", "streams/agents", "streams/sinks"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "streams/sinks/search.py").write_text("import elasticsearch", encoding="utf-8")
    assert [complaint for each in RULES for complaint in each(read(tmp_path))] == []

    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(source, encoding="utf-8")
    assert complaint in list(rule(read(tmp_path)))

"""``custodiet detectors``: what is watched for, how it is configured, and the skeleton of a new one."""

import inspect
import io
import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from ruamel.yaml import YAML

from detectors.durations import write_duration
from detectors.registry import DETECTORS
from streams.cli.console import output
from streams.cli.skeleton import write_skeleton
from streams.config import ForceConfig, default_config, read_config

_READABLE = click.Path(path_type=Path)
_CONFIG = click.option("--config", type=_READABLE, help="The force's configuration, YAML; without it the defaults hold.")


@click.group("detectors")
def command() -> None:
    """Look at the detectors and their configuration; begin a new one.

    \b
    Examples:
      custodiet detectors list
      custodiet detectors show slow-drip --config force.yaml
      custodiet detectors check force.yaml
      custodiet detectors new large-volume --title "Large volume to personal accounts"
    """


@command.command("list")
@_CONFIG
def list_(config: Path | None) -> None:
    """List every detector: whether it is enabled, what it goes by, how far it looks back."""
    force = _read(config)
    table = Table("id", "title", "by", "of", "looks back", "enabled", "version")
    for name, detector in DETECTORS.items():
        made = force.detector(name)
        on = "yes" if force.detectors[name].enabled else "[yellow]no[/]"
        kinds = ", ".join(sorted(detector.kinds))
        table.add_row(name, escape(detector.title), detector.grouping, kinds, write_duration(made.reach), on, str(detector.version))
    output().print(table)


@command.command("show")
@click.argument("detector_id", metavar="ID", type=click.Choice(list(DETECTORS)))
@_CONFIG
def show(detector_id: str, config: Path | None) -> None:
    """Show one detector: the behaviour, its blind spots, and the configuration that holds, as it can be written in the file."""
    force, detector = _read(config), DETECTORS[detector_id]
    console = output()
    console.print(f"[bold]{detector_id}[/]  {escape(detector.title)}", highlight=False)
    console.print(f"{'; '.join(_facts(force, detector_id))}\n", highlight=False)
    console.print(escape(inspect.getdoc(inspect.getmodule(detector)) or ""), highlight=False)
    console.print(f"\n[bold]When it fires[/]  {escape(detector.guidance)}\n", highlight=False)
    console.print(escape(_as_yaml(force, detector_id)), highlight=False, soft_wrap=True)
    changed = ", ".join(_changed(force, detector_id))
    console.print(f"Not as by default: {changed}." if changed else "All of it is the default.", highlight=False)
    console.print(f"docs/detectors/{detector_id}.md says how to tune it, and how an attacker gets round it.", highlight=False)


@command.command("check")
@click.argument("config", type=_READABLE)
def check(config: Path) -> int:
    """Check a configuration file: every error at once, each with file, line, key and what is allowed. Ends with 2 when there is one.

    What is right and does nothing, such as a rule that another always goes before, is told and is no error.
    """
    force = read_config(config)
    console = output()
    for remark in force.remarks:
        console.print(f"[yellow]remark:[/] {escape(remark)}", highlight=False, soft_wrap=True)
    enabled = [name for name, each in force.detectors.items() if each.enabled]
    console.print(f"{escape(str(config))} is right: {len(enabled)} of {len(DETECTORS)} detectors enabled, version {force.version}")
    return 0


@command.command("new")
@click.argument("name", metavar="NAME")
@click.option("--title", help="What a list of alerts calls it.")
@click.option(
    "--root", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The source checkout; the current directory."
)
def new(name: str, title: str | None, root: Path) -> None:
    """Write the skeleton of a detector into a source checkout.

    That is its file, tests and page, and its lines in registry, list of detectors and example configuration. What is still missing, the
    contract says: `python -m pytest tests/detectors/test_registry.py -k NAME`. docs/adding-a-detector.md walks through it.
    """
    console = Console(file=sys.stdout)
    for path, did in write_skeleton(root, name, title or name.replace("-", " ").capitalize()):
        console.print(f"[green]{did}[/] {escape(str(path))}", highlight=False, soft_wrap=True)


def _read(config: Path | None) -> ForceConfig:
    return default_config() if config is None else read_config(config)


def _facts(force: ForceConfig, name: str) -> list[str]:
    """Return what a detector takes and how, each in a few words."""
    detector, made = DETECTORS[name], force.detector(name)
    kinds = ", ".join(sorted(detector.kinds))
    actions = f" ({', '.join(sorted(detector.actions))})" if "file" in detector.kinds else ""
    enabled = "enabled" if force.detectors[name].enabled else "[yellow]not enabled[/]"
    return [
        f"version {detector.version}",
        enabled,
        f"by {detector.grouping}",
        f"of {kinds}{actions}",
        f"looks back {write_duration(made.reach)}",
    ]


def _changed(force: ForceConfig, name: str) -> list[str]:
    """Return the keys that are not as by default."""
    config, default = force.detectors[name], DETECTORS[name].Config()
    return [key for key, value in config if value != getattr(default, key)]


def _as_yaml(force: ForceConfig, name: str) -> str:
    """Return what the file would say to configure it as it is."""
    written = io.StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump({"detectors": {name: force.detectors[name].model_dump(mode="json")}}, written)
    return written.getvalue()

"""Which Java runs what: JAVA_HOME when it fits, else the lowest installed release that does."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

PLACES = ("/usr/lib/jvm/*", "/usr/lib64/jvm/*", "/usr/java/*", "/opt/java/*", "/opt/jdk*", "/opt/*jdk*", "/usr/local/openjdk*")
HOME_PLACES = (".sdkman/candidates/java/*", ".jdks/*", ".asdf/installs/java/*")

_IN_RELEASE_FILE = re.compile(r'^JAVA_VERSION="([^"]+)"', re.MULTILINE)
_IN_SPEECH = re.compile(r'version "([^"]+)"')


@dataclass(frozen=True)
class Jdk:
    """An installed Java: its folder and its feature release (17, 21, 25 …)."""

    home: Path
    release: int

    @property
    def java(self) -> str:
        """Path of the program."""
        return str(self.home / "bin" / "java")


def feature_release(version: str) -> int | None:
    """Read the feature release out of a version: `21.0.4` is 21, `1.8.0_412` is 8, `25-ea` is 25; None for no number."""
    numbers = re.match(r"(\d+)(?:\.(\d+))?", version)
    if numbers is None:
        return None
    first, second = numbers.groups()
    return int(second) if first == "1" and second is not None else int(first)


def inspect(home: Path) -> Jdk | None:
    """Say which Java lies in `home`; None when none that runs does."""
    program = home / "bin" / "java"
    if not program.is_file():
        return None
    try:
        found = _IN_RELEASE_FILE.search((home / "release").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        found = None
    if found is None:
        # A distribution may leave the release file out: ask the program itself, which answers on standard error.
        try:
            spoken = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.SubprocessError):
            return None
        found = _IN_SPEECH.search(spoken.stderr)
    release = feature_release(found.group(1)) if found else None
    return None if release is None else Jdk(home, release)


def installed(environment: Mapping[str, str]) -> list[Jdk]:
    """List what is installed: JAVA_HOME first, then what lies in the usual folders and on PATH by rising release, each once."""
    named = environment.get("JAVA_HOME", "")
    first = [Path(named)] if named else []
    places = [path for pattern in PLACES for path in sorted(Path("/").glob(pattern[1:]))]
    home = environment.get("HOME", "")
    if home:
        places += [path for pattern in HOME_PLACES for path in sorted(Path(home).glob(pattern))]
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    if on_path is not None:
        places.append(Path(on_path).resolve().parents[1])
    rest = sorted(_distinct(places, without=first), key=lambda jdk: (jdk.release, str(jdk.home)))
    return [*_distinct(first, without=[]), *rest]


def _distinct(homes: Iterable[Path], without: Iterable[Path]) -> list[Jdk]:
    seen = {home.resolve() for home in without}
    found = []
    for home in homes:
        real = home.resolve()
        if real not in seen:
            seen.add(real)
            jdk = inspect(home)
            if jdk is not None:
                found.append(jdk)
    return found


def pick(candidates: Iterable[Jdk], at_least: int, for_what: str) -> Jdk:
    """Take the first of `candidates` (see `installed`) that is of release `at_least` or later.

    Raises StackError naming what was found and what is missing.
    """
    seen = list(candidates)
    for jdk in seen:
        if jdk.release >= at_least:
            return jdk
    found = ", ".join(f"{jdk.release} in {jdk.home}" for jdk in seen) or "none"
    raise StackError(
        f"{for_what} needs Java {at_least} or later; found: {found}. Install a JDK {at_least}+ under /usr/lib/jvm, or set JAVA_HOME to one."
    )

"""What every commit keeps: exact pins, one check for laptop and CI, nothing of the machine it was made on."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = [Requirement(line) for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))

TRACES = {
    "a registry's host": r"\b(?:py[p]i|pythonhos[t]ed|npm[j]s|crates|golang|deb\.debia[n])\.(?:org|io)\b",
    "a path of one machine": r"(?<![\w.$}~-])/(?:work|root|home/\w+|Users/\w+|tmp/w)(?:/|\b)",
    "a word of how it was made": r"(?i)\bissue \d{1,3}\b|\bthis session\b|\bassistant\b|\.\./shared\b",
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def traces(text: str) -> list[str]:
    """What the text tells of the machine or the way it was made on."""
    return [f"{what}: {found[0]}" for what, trace in TRACES.items() for found in re.finditer(trace, text)]


@pytest.mark.parametrize(
    "offence",
    [
        "index-url = https://{}.org/simple".format("pypi"),
        "open('/" + "work/main/samples/Ventas.csv')",
        "see /" + "root/.cache",
        "# path: /home/ana/abasto",
        "# as issue 1 asks",
        "../shared/data/ventas",
    ],
)
def test_a_trace_is_noticed(offence: str) -> None:
    assert traces(offence)


@pytest.mark.parametrize(
    "innocent",
    ["https://example.org/work/", "$HOME/work", "ship the issue", "orders issue 2026-W07", "src/root/a"],
)
def test_ordinary_text_is_no_trace(innocent: str) -> None:
    assert traces(innocent) == []


def test_nothing_tracked_tells_of_the_machine_it_was_made_on() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if path != Path(__file__) and b"\0" not in content:
            found += [f"{path.relative_to(ROOT)}: {trace}" for trace in traces(content.decode("utf-8"))]
    assert not found, "\n" + "\n".join(found)


def test_notebooks_are_kept_without_outputs() -> None:
    for path in tracked():
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = [cell for cell in cells if cell["cell_type"] == "code"]
            assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code), path.name


def test_every_requirement_is_pinned_exactly() -> None:
    loose = [str(pin) for pin in PINS if not re.fullmatch(r"==[\w.]+", str(pin.specifier))]
    assert loose == []


def test_what_the_project_asks_for_is_pinned_within_what_it_accepts() -> None:
    asked = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, asked):
        versions = [str(pin.specifier)[2:] for pin in PINS if pin.name == requirement.name]
        assert versions, f"{requirement.name} is not pinned: make requirements"
        assert all(requirement.specifier.contains(version) for version in versions), requirement.name


def test_what_runs_is_what_is_pinned() -> None:
    here = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate()]
    installed = {pin.name: importlib.metadata.version(pin.name) for pin in here}
    # An installer that cannot have Prefect's newest certifi falls back to an older Prefect without a word.
    assert "prefect" in installed
    assert installed == {pin.name: str(pin.specifier)[2:] for pin in here}


def test_tools_stay_strict() -> None:
    tools = PYPROJECT["tool"]
    assert {"BLE", "D1", "E", "F"} <= set(tools["ruff"]["lint"]["select"])
    assert tools["mypy"]["strict"]
    assert tools["pytest"]["ini_options"]["filterwarnings"][0] == "error"


def test_the_makefile_has_the_targets_that_are_promised_and_says_each_in_a_line() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^(\w+):[^\n]*##[^\n]+\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    assert {"demo", "test", "up", "lint", "bench", "chaos"} <= set(recipes)
    assert all(recipe.count("\n") == 1 for recipe in recipes.values())


def test_the_workflow_runs_the_same_script_on_every_python_that_is_supported() -> None:
    check = WORKFLOW["jobs"]["check"]
    assert [step["run"] for step in check["steps"] if "run" in step] == ["bash .ci/run"]
    supported = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert all(supported.contains(version) for version in check["strategy"]["matrix"]["python"])


def test_hooks_run_from_the_environment_that_the_makefile_makes() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    assert all(hook["entry"].startswith(".venv/bin/") for hook in repositories[0]["hooks"])


def test_contributing_fits_on_a_screen() -> None:
    lines = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 120


class Checkout:
    """A folder with .ci/run and nothing else, where `make` and `go` are what a test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".ci").mkdir()
        shutil.copy(ROOT / ".ci/run", folder / ".ci/run")
        (folder / "bin").mkdir()
        for tool in ("bash", "chmod", "dirname", "mkdir", "mktemp", "mv", "rm"):
            (folder / "bin" / tool).symlink_to(shutil.which(tool) or tool)
        self.program("make", 'echo "make $1 ${ABASTO_TEST_MINIO:-} ${ABASTO_TEST_REQUIRE_MINIO:-}"')

    @property
    def minio(self) -> Path:
        return self.folder / "cache/abasto/minio/minio"

    def program(self, name: str, script: str) -> None:
        program = self.folder / "bin" / name
        program.write_text(f"#!/usr/bin/env bash\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def run(self) -> tuple[int, list[str]]:
        """Exit status, and the lines written to stdout."""
        environment = {
            "PATH": str(self.folder / "bin"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "CI": "true",
        }
        command = [str(self.folder / "bin/bash"), ".ci/run"]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True
        )
        return done.returncode, [line.rstrip() for line in done.stdout.splitlines()]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


NO_MARIADB = "MARIADB IS NOT TESTED: there is no mariadbd here and no apt-get to install it; SQLite alone is."
BUILDS = 'if [[ $1 == install ]]; then : > "$GOBIN/minio"; chmod +x "$GOBIN/minio"; fi'


def test_ci_builds_minio_once_and_then_insists_on_it(checkout: Checkout) -> None:
    checkout.program("go", BUILDS)
    status, lines = checkout.run()
    assert (status, lines[0], lines[-1]) == (0, "make lint", f"make test {checkout.minio} 1")
    assert lines[1] == NO_MARIADB
    assert list(checkout.minio.parent.iterdir()) == [checkout.minio]

    checkout.program("go", "exit 1")
    assert checkout.run() == (
        0,
        ["make lint", NO_MARIADB, f"MinIO: {checkout.minio}, built earlier", f"make test {checkout.minio} 1"],
    )


def test_ci_goes_on_and_says_so_where_minio_cannot_be_built(checkout: Checkout) -> None:
    checkout.program("go", "exit 1")
    status, lines = checkout.run()
    assert (status, lines[-1]) == (0, "make test")
    assert lines[-2].startswith("MINIO IS NOT TESTED: it could not be built")
    assert not checkout.minio.exists()


def test_ci_goes_on_and_says_so_without_go(checkout: Checkout) -> None:
    status, lines = checkout.run()
    assert (status, lines[-1]) == (0, "make test")
    assert lines[-2].startswith("MINIO IS NOT TESTED: there is no Go")


SHOWS_MARIADB = 'echo "make $1 ${ABASTO_TEST_MARIADB:-} ${ABASTO_TEST_REQUIRE_MARIADB:-}"'


def test_ci_installs_mariadb_and_then_insists_on_it(checkout: Checkout) -> None:
    checkout.program("make", SHOWS_MARIADB)
    installed = checkout.folder / "bin/mariadbd"
    checkout.program("sudo", 'shift; "$@"')
    apt_get = f'if [[ $* == *" install "* ]]; then : > {installed}; chmod +x {installed}; fi'
    checkout.program("apt-get", apt_get)
    status, lines = checkout.run()
    assert (status, lines[1]) == (0, f"MariaDB: {installed}, installed now")
    assert lines[-1] == f"make test {installed} 1"
    assert checkout.run()[1][1] == f"MariaDB: {installed}, installed earlier"


def test_ci_goes_on_and_says_so_where_mariadb_cannot_be_installed(checkout: Checkout) -> None:
    checkout.program("make", SHOWS_MARIADB)
    checkout.program("sudo", "exit 1")
    checkout.program("apt-get", "exit 100")
    status, lines = checkout.run()
    assert (status, lines[-1]) == (0, "make test")
    assert lines[1].startswith("MARIADB IS NOT TESTED: it could not be installed")


@pytest.mark.parametrize("target", ["lint", "test"])
def test_ci_fails_where_a_target_fails(checkout: Checkout, target: str) -> None:
    checkout.program("make", f'echo "make $1"; [[ $1 != {target} ]]')
    status, lines = checkout.run()
    assert status != 0
    assert lines[-1] == f"make {target}"

"""The import contracts of pyproject.toml hold, and each refuses a planted import."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
APPS = sorted(path.parent.name for path in (PROJECT / "clinic").glob("*/__init__.py"))


def lint(folder: Path) -> tuple[int, str]:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--config", PROJECT / "pyproject.toml", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty house with every app in it."""
    for package in ["medmgmt", "clinic", *(f"clinic/{app}" for app in APPS)]:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_keeps_its_contracts() -> None:
    code, said = lint(PROJECT)
    assert code == 0, said


def test_an_empty_house_keeps_its_contracts(house: Path) -> None:
    code, said = lint(house)
    assert code == 0, said


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("clinic/clients/services.py", "clinic.plans.rules", "The ladder"),
        ("clinic/checkins/rules.py", "clinic.coverage.rules", "The ladder"),
        ("clinic/plans/rules.py", "clinic.plans.models", "Inside an app"),
        ("clinic/plans/models.py", "clinic.plans.services", "Inside an app"),
        ("clinic/plans/services.py", "clinic.plans.forms", "Inside an app"),
        ("clinic/plans/queries.py", "clinic.plans.views", "Inside an app"),
        ("clinic/core/rules.py", "medmgmt.settings", "does not know the machinery"),
    ],
)
def test_a_planted_import_is_refused(house: Path, module: str, imported: str, contract: str) -> None:
    target = house / (imported.replace(".", "/") + ".py")
    target.touch()
    (house / module).write_text(f"import {imported}\n")
    code, said = lint(house)
    assert code != 0
    assert re.search(rf"{contract}[^\n]*(\n[^\n]*)?BROKEN", said), said


def test_an_app_outside_the_ladder_is_refused(house: Path) -> None:
    (house / "clinic" / "utils").mkdir()
    (house / "clinic" / "utils" / "__init__.py").touch()
    code, said = lint(house)
    assert code != 0
    assert "utils" in said

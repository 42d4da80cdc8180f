"""The import contracts hold on a skeleton of the house and catch each violation planted in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEATURES = (
    "accounts",
    "bases",
    "courses",
    "evaluations",
    "exchange",
    "instructor_pool",
    "notifications",
    "orders",
    "party_lessons",
    "scheduling",
    "score_forms",
    "trainees",
)
MODULES = ("views", "jobs", "forms", "services", "queries", "models", "rules", "enums", "notices")
SKELETON = {
    "core/db.py": "import sqlalchemy\n",
    "core/jobs.py": "import sqlalchemy\n",
    "core/web.py": "import flask\n",
    "accounts/web.py": "import flask_login\n",
    "accounts/access.py": "",
    "scheduling/engine/__init__.py": "",
    "scheduling/engine/model.py": "import highspy\n",
    "scheduling/snapshots.py": "from scheduling.engine import model\n",
    "scheduling/views.py": "import flask\nfrom accounts import web\nfrom scheduling import queries, services\n",
    "scheduling/services.py": "from scheduling import models, rules\nfrom scheduling.snapshots import model\n",
    "scheduling/models.py": "import sqlalchemy\nfrom scheduling import enums\n",
}
LAYERS = "Features import downwards only"
FLOORS = "Inside a feature, each kind of file has its floor"
PURE = "The engine, rules and enums know no database and no web"
SOLVER = "The solver library is behind the engine"
THIN = "Views, forms and jobs touch no models and no SQL"
SIBLINGS = "Views of different features know nothing of each other"
PLANTED = [
    ("courses/services.py", "import scheduling.enums", LAYERS),
    ("bases/services.py", "import instructor_pool.enums", LAYERS),
    ("courses/services.py", "import score_forms.enums", LAYERS),
    ("core/db.py", "import accounts.enums", LAYERS),
    ("exchange/services.py", "import app", LAYERS),
    ("scheduling/queries.py", "import scheduling.services", FLOORS),
    ("scheduling/enums.py", "import scheduling.rules", FLOORS),
    ("scheduling/views.py", "import scheduling.jobs", FLOORS),
    ("bases/leftovers.py", "", FLOORS),
    ("scheduling/engine/model.py", "import sqlalchemy", PURE),
    ("scheduling/engine/model.py", "import pandas", PURE),
    ("scheduling/rules.py", "import core.db", PURE),
    ("bases/enums.py", "import flask", PURE),
    ("scheduling/services.py", "import highspy", SOLVER),
    ("scheduling/views.py", "import scheduling.models", THIN),
    ("bases/forms.py", "import sqlalchemy", THIN),
    ("bases/jobs.py", "import courses.models", THIN),
    ("scheduling/views.py", "import bases.views", SIBLINGS),
]


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """An empty house with the project's own contracts."""
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for package in (*FEATURES, "app", "core"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for feature in FEATURES:
        for module in MODULES:
            (tmp_path / feature / f"{module}.py").touch()
    (tmp_path / "scheduling/engine").mkdir()
    for name, code in SKELETON.items():
        (tmp_path / name).write_text(code)
    return tmp_path


def broken_contracts(house: Path) -> list[str]:
    """Names of the contracts that import-linter reports as broken."""
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.partition(" BROKEN")[0] for line in answer.stdout.splitlines() if " BROKEN" in line]


def test_contracts_hold_on_a_house_in_order(skeleton: Path) -> None:
    assert broken_contracts(skeleton) == []


@pytest.mark.parametrize(("path", "line", "contract"), PLANTED)
def test_contract_catches_a_planted_import(skeleton: Path, path: str, line: str, contract: str) -> None:
    with (skeleton / path).open("a") as module:
        module.write(f"{line}\n")
    assert broken_contracts(skeleton) == [contract]

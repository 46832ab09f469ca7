"""The house as it stands keeps its rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from clm.celery import app as celery_app
from clm.schedule import BEAT
from tests.architecture import checks

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Jobs are moved by the machine that runs them, not by a person's verb.
MOVERS = {"clm/jobs/runner.py"}
VIEWS = ("**/pages/*.py", "**/api/*.py", "dashboards/views.py", "portfolio/views.py")
# Machinery beside the views: kept answers, and workbooks that are saved into a stream.
NOT_VIEWS = {"clm/api/idempotency.py", "clm/api/models.py", "clm/pages/export.py"}


def faults(check: Callable[[str], list[str]], *patterns: str, skip: set[str] | None = None) -> list[str]:
    """ "path: fault" for each file that breaks the rule."""
    files = (item for item in checks.sources(*patterns) if item[0] not in (skip or set()))
    return [f"{path}: {fault}" for path, text in files for fault in check(text)]


def test_views_do_not_write() -> None:
    assert faults(checks.writes_in, *VIEWS, skip=NOT_VIEWS) == []


def test_every_verb_requires_and_records() -> None:
    assert faults(checks.verb_faults, "**/operations/**/*.py") == []


def test_what_writes_and_is_no_verb_stays_in_operations() -> None:
    operations = list(checks.sources("**/operations/**/*.py"))
    steps = {path.removesuffix(".py").replace("/", "."): checks.steps_of(text) for path, text in operations}

    borrowed = faults(lambda text: checks.steps_borrowed(text, steps), skip={path for path, _text in operations})

    assert borrowed == []


def test_operations_hold_verbs() -> None:
    """`guards.py` apart, which has what the verbs of one app share."""
    apart = {
        path for path, _text in checks.sources("**/operations/**/*.py") if Path(path).stem in ("__init__", "guards")
    }

    assert faults(checks.without_verb, "**/operations/**/*.py", skip=apart) == []


def test_no_transaction_waits_for_storage_paper_or_mail() -> None:
    assert faults(checks.slow_in_transactions) == []


def test_only_operations_move() -> None:
    outside = {path for path, _text in checks.sources() if "/operations/" in path} | MOVERS

    assert faults(checks.moves_in, skip=outside) == []


def test_states_change_only_by_move() -> None:
    apart = {path for path, _text in checks.sources() if path.startswith("clm/embedded/")} | {"clm/audit/moves.py"}

    assert faults(checks.state_changes_in, skip=apart) == []


# Signing what was sent: the gate was passed then, and nothing can be asked to be approved while it is out. Refusing
# lets nothing out.
PAST_THE_GATE = ["receive_execution", "refuse_amendment", "sign_envelope"]


def test_signing_passes_the_gate() -> None:
    """Whatever sends a text for signature, files it as signed, accepts it or makes it final asks whether it may."""
    assert checks.ungated(checks.modules_of("operations/**/*.py", "queries/**/*.py")) == PAST_THE_GATE


def test_no_function_is_too_long() -> None:
    assert faults(checks.too_long) == []


def test_no_view_is_too_long() -> None:
    assert faults(checks.views_too_long, *VIEWS, skip=NOT_VIEWS) == []


def test_no_file_is_too_long() -> None:
    lengths = {path: text.count("\n") for path, text in checks.sources()}

    assert {path: length for path, length in lengths.items() if length > checks.MAX_FILE} == {}


def test_doors_open_downwards() -> None:
    outcome = run_import_linter(Path(settings.BASE_DIR) / "pyproject.toml")

    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(TEMPLATES)))


def test_every_scheduled_task_exists() -> None:
    celery_app.loader.import_default_modules()

    assert sorted({str(entry["task"]) for entry in BEAT.values()} - set(celery_app.tasks)) == []


def run_import_linter(config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    return subprocess.run(
        [*command, "--config", str(config), "--no-cache"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

"""Files, sizes, charters, roles, clocks: the tree is clean, and each guard catches a planted fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import guards

PROJECT = Path(__file__).resolve().parents[2]
CLINIC = PROJECT / "clinic"

Guard = Callable[[Path], list[str]]

# Each guard with a file that breaks its rule.
PLANTED: list[tuple[Guard, str, str]] = [
    (guards.too_long, "plans/rules.py", "\n" * 401),
    (guards.too_long, "plans/rules.py", "def long():\n" + "    pass\n" * 50),
    (guards.without_charter, "plans/__init__.py", '"""Too short."""\n'),
    (guards.without_charter, "plans/__init__.py", '"""One\ntwo\nthree\nfour\nfive."""\n'),
    (guards.code_in_init, "plans/__init__.py", '"""A\nb."""\nfrom os import path\n'),
    (guards.code_in_init, "plans/models/__init__.py", "x = 1\n"),
    (guards.unknown_roles, "plans/utils.py", ""),
    (guards.unknown_roles, "plans/helpers/__init__.py", ""),
    (guards.orm_in_views, "plans/views.py", "def f():\n    return Plan.objects.all()\n"),
    (guards.orm_in_views, "plans/views/goal.py", "def f(plan):\n    plan.save()\n"),
    (guards.orm_in_views, "plans/views.py", "def f(plans):\n    plans.update(status='signed')\n"),
    (guards.orm_in_views, "plans/views.py", "def f(plan):\n    plan.goals.create(name='x')\n"),
    (guards.reads_open_to_posts, "plans/views.py", "@requires(P.READ)\ndef f(request):\n    return render(request)\n"),
    (
        guards.reads_open_to_posts,
        "plans/views/plan.py",
        '@login_not_required\n@require_http_methods(["GET", "POST"])\ndef f(request):\n    return render(request)\n',
    ),
    (guards.clocks_below_views, "plans/rules.py", "from datetime import date\nTODAY = date.today()\n"),
    (guards.clocks_below_views, "plans/services.py", "def f():\n    return timezone.now()\n"),
    (guards.clocks_below_views, "plans/queries.py", "def f():\n    return timezone.localdate()\n"),
    (guards.clocks_below_views, "plans/queries.py", "def f(now):\n    return timezone.localdate(now)\n"),
    (guards.clocks_below_views, "plans/queries.py", "def f():\n    return datetime.datetime.now()\n"),
    (guards.clocks_below_views, "plans/models/plan.py", "at = DateTimeField(default=timezone.now)\n"),
    (guards.impure_rules, "plans/rules.py", "from django.conf import settings\n"),
    (guards.impure_rules, "plans/rules/doses.py", "from clinic.plans.models import Plan\n"),
    (guards.impure_rules, "plans/rules.py", "from django.utils import timezone\n"),
    (guards.texts_cut_in_silence, "plans/forms.py", "note = forms.CharField(widget=forms.Textarea(), max_length=9)\n"),
    (guards.without_docstring, "plans/models.py", "class Plan(Record):\n    name = models.CharField()\n"),
    (
        guards.without_docstring,
        "plans/models.py",
        "class Goal(Record):\n    plan = models.ForeignKey(P)\n",
    ),
    (guards.without_docstring, "plans/rules.py", "def check_move(old, new):\n    pass\n"),
    (guards.without_docstring, "plans/services/sign.py", "def sign_plan(*, by):\n    pass\n"),
]

CLEAN = {
    "plans/__init__.py": '"""Plans: owns plans.\n\nKnows no dose."""\n',
    "plans/rules.py": 'def check():\n    """A plan is signed once."""\n',
    "plans/models.py": 'class Plan(Record):\n    """A plan."""\n\n    name = models.CharField()\n',
    "plans/services.py": 'def sign(*, by, now):\n    """Sign it."""\n    plan.save()\n',
    "plans/queries.py": "def f(now):\n    return local_day(now)\n",
    "plans/views.py": "@requires(P.SIGN)\n@require_POST\ndef f(request):\n    return services.create(by=user)\n",
    "plans/migrations/0001_initial.py": "\n" * 500,
}


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("guard", sorted({guard for guard, _, _ in PLANTED}, key=lambda guard: guard.__name__))
def test_the_clinic_keeps_the_rule(guard: Guard) -> None:
    assert guard(CLINIC) == []


@pytest.mark.parametrize(("guard", "name", "text"), PLANTED, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_fault_is_caught(guard: Guard, name: str, text: str, tmp_path: Path) -> None:
    assert guard(plant(tmp_path, CLEAN)) == []
    assert guard(plant(tmp_path, {name: text}))


@pytest.mark.parametrize("folder", ["medmgmt", "tests"])
def test_machinery_and_tests_stay_short_too(folder: str) -> None:
    assert guards.too_long(PROJECT / folder) == []


def test_every_app_stands_in_the_ladder() -> None:
    assert len(guards.apps_of(CLINIC)) == 21


def test_pages_say_client() -> None:
    assert guards.forbidden_words(PROJECT / "templates") == []


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("<p>The patient was seen.</p>", True),
        ("<h2>Patients</h2>", True),
        ("<p>Patient Health Questionnaire (PHQ-9)</p>", False),
        ("<p>An outpatient clinic</p>", False),
    ],
)
def test_a_page_that_says_patient_is_caught(line: str, is_refused: bool, tmp_path: Path) -> None:
    assert bool(guards.forbidden_words(plant(tmp_path, {"page.html": line}))) is is_refused

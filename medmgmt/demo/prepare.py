"""Make the demo's place ready: schema, reference data, sample clinic, charts, static files."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

STAMP = ".made-from"


def prepare(*, charts: Path | None) -> None:
    """Bring the place up to date; what is there already stays as it is."""
    migrate()
    call_command("load_formulary")
    seed_if_empty()
    if charts is not None:
        import_charts(charts)
    collect_static()


def migrate() -> None:
    """Apply what is not applied yet; looking first makes the next start quicker."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def seed_if_empty() -> None:
    """Seed a clinic without staff, all of it or nothing: a killed seeding starts anew the next time."""
    from clinic.staff.models import User

    if User.objects.exists():
        return
    print("Seeding the demo clinic ...", flush=True)
    with transaction.atomic():
        call_command("seed_demo")


def import_charts(charts: Path) -> None:
    """Import FHIR charts; a refused file is named by the command and does not keep the clinic closed."""
    try:
        call_command("import_fhir", str(charts))
    except (SystemExit, CommandError) as refusal:
        print(f"Not every chart went in ({refusal}).", flush=True)


def collect_static() -> None:
    """Collect and compress static files when any of them changed."""
    target = Path(settings.STATIC_ROOT)
    stamp = target / STAMP
    made_from = fingerprint([Path(folder) for folder in settings.STATICFILES_DIRS], settings.BASE_DIR / "uv.lock")
    if stamp.exists() and stamp.read_text() == made_from:
        return
    call_command("collectstatic", interactive=False, clear=target.exists(), verbosity=0)
    stamp.write_text(made_from)


def fingerprint(folders: list[Path], lock: Path) -> str:
    """What the collected files depend on: our own files and the locked packages that bring theirs."""
    digest = hashlib.sha256(lock.read_bytes())
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def welcome(*, port: int) -> str:
    """What the person at the terminal needs: where to go and as whom."""
    from clinic.staff.models import User

    accounts = User.objects.working().filter(is_demo=True).order_by("acting_role", "email")
    lines = [f"  {user.email:<36} {user.role.label:<24} {user.full_name}" for user in accounts]
    return "\n".join(
        [
            "",
            f"The clinic is open at http://127.0.0.1:{port}/ (Ctrl-C closes it)",
            f"Sign in with password: {settings.DEMO_PASSWORD}",
            *lines,
            "",
        ]
    )

"""`manage.py import_fhir PATH … [--as STAFF_EMAIL]`: FHIR R4 charts into the clinic."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from clinic.exchange.rules import Refused
from clinic.exchange.services import Imported, import_text, load_matching
from clinic.staff.models import User

SUFFIXES = {".json", ".ndjson"}
FIRST = {"patient": 0, "organization": 1, "medication": 1}


class Command(BaseCommand):
    help = "Import FHIR R4 charts: JSON files, folders of them, NDJSON of a bulk export."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--as", dest="staff", metavar="STAFF_EMAIL", help="who is importing, for the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        by = _staff(options["staff"])
        files = [file for path in options["paths"] for file in _files(path)]
        formulary, medications = load_matching(), dict[str, Any]()
        total, errors = Imported(), list[dict[str, str]]()
        for file in tqdm(files, unit="file", disable=not sys.stderr.isatty()):
            try:
                done = import_text(
                    file.read_bytes(), formulary=formulary, medications=medications, by=by, now=timezone.now()
                )
            except Refused as refusal:
                errors.append({"file": str(file), "resource": refusal.resource, "reason": refusal.reason})
            except OSError as problem:
                reason = f"The file cannot be read: {problem.strerror}."
                errors.append({"file": str(file), "resource": "", "reason": reason})
            else:
                _add(total, done)
        self.stdout.write(json.dumps(_summary(len(files), total, errors), ensure_ascii=False))
        if errors:
            sys.exit(1)


def _staff(email: str | None) -> User | None:
    if email is None:
        return None
    user = User.objects.working().filter(email=email.lower()).first()
    if user is None:
        raise CommandError(f"No working member of staff has the e-mail {email}.")
    return user


def _files(path: Path) -> Iterator[Path]:
    """A file itself; of a folder its JSON and NDJSON files, persons before what refers to them."""
    if not path.is_dir():
        yield path
        return
    found = [file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file()]
    yield from sorted(found, key=lambda file: (FIRST.get(file.name.split(".")[0].lower(), 2), str(file)))


def _add(total: Imported, done: Imported) -> None:
    total.clients += done.clients
    total.imported += done.imported
    total.skipped += done.skipped
    total.unmatched_medications += done.unmatched_medications


def _summary(files: int, total: Imported, errors: list[dict[str, str]]) -> dict[str, Any]:
    def by_type(counts: Counter[str]) -> dict[str, int]:
        return dict(sorted(counts.items()))

    return {
        "files": files,
        "refused": len(errors),
        "clients_created": total.clients["created"],
        "clients_updated": total.clients["updated"],
        "unchanged": total.clients["unchanged"],
        "imported": by_type(total.imported),
        "unmatched_medications": total.unmatched_medications,
        "skipped": by_type(total.skipped),
        "errors": errors,
    }

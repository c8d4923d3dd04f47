"""Bring the formulary to the state of its data files."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from clinic.formulary.services import load_formulary, load_rules


class Command(BaseCommand):
    help = "Load medications, products, search names and safety rules from the data files; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_formulary(now=timezone.now())
        self.stdout.write(
            f"Formulary: {loaded.created} new, {loaded.updated} updated, "
            f"{loaded.unchanged} unchanged, {loaded.kept} kept as reviewed."
        )
        rules = load_rules(now=timezone.now())
        self.stdout.write(
            f"Safety rules: {rules.created} new, {rules.changed} changed, {rules.unchanged} unchanged, "
            f"{rules.kept} kept as decided, {rules.ended} ended."
        )

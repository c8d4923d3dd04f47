"""Makes the clinic's first account: an administrator, who then adds everybody else on the staff page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.core.rules import RuleBroken
from clinic.staff import services
from clinic.staff.roles import Role


class Command(BaseCommand):
    help = "Add a clinic administrator and send the invitation to choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("full_name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            services.add_staff(
                email=options["email"],
                full_name=options["full_name"],
                credentials="",
                phone="",
                roles=[Role.ADMINISTRATOR],
                by=None,
            )
        except RuleBroken as refusal:
            raise CommandError(refusal.reason) from refusal
        self.stdout.write(f"Invitation sent to {options['email']}.")

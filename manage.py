#!/usr/bin/env python
"""Django's command line; without DATABASE_URL it brings up the embedded database for commands that need one."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")
    os.environ.setdefault("DEPLOYMENT", "demo")
    from django.core.management import execute_from_command_line

    from medmgmt.embedded import database_for_command

    with database_for_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

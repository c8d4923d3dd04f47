"""The settings as the type checker reads them: it sets no environment of its own."""

import os

os.environ.setdefault("DEPLOYMENT", "test")

from medmgmt.settings import *  # noqa: F403

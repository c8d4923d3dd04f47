"""The WSGI entry point. It is production unless the environment says otherwise."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")
os.environ.setdefault("DEPLOYMENT", "production")

application = get_wsgi_application()

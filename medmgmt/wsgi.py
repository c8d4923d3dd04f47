"""The WSGI entry point. It is production unless the environment says otherwise."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")
os.environ.setdefault("DEPLOYMENT", "production")

application = get_wsgi_application()

# What is loaded by now stays as long as the process: the collector looks at it no more, and at the rest less often,
# for a page makes tens of thousands of short-lived objects and hardly a cycle. A tenth of a page's time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)

"""Postgres extensions the constraints and searches rest on: they must stand before any table uses them."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [
        ("clients", "0001_squashed_0003_search_words"),
        ("formulary", "0001_squashed_0003_review_of_schedules"),
        ("scheduling", "0001_squashed_0002_reminders"),
    ]
    operations = [TrigramExtension(), UnaccentExtension(), BtreeGistExtension()]

"""Postgres extensions the constraints and searches rest on: they must stand before any table uses them."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [("clients", "0001_initial"), ("formulary", "0001_initial"), ("scheduling", "0001_initial")]
    operations = [TrigramExtension(), UnaccentExtension(), BtreeGistExtension()]

"""LOINC 8634-8 is the uncorrected QT interval; imports took it for the QTc (8636-3)."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("monitoring", "0002_withdrawn_and_notes")]

    operations = [
        migrations.RunSQL(
            "UPDATE monitoring_measurement SET kind = 'qt' WHERE loinc = '8634-8' AND kind = 'qtc'",
            migrations.RunSQL.noop,
        ),
    ]

import clinic.core.models
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
        ('titration', '0001_squashed_0009_response'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='ChangeAcknowledgement',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='titration.dosechange')),
                    ],
                    options={
                        'ordering': ['at'],
                        'constraints': [models.UniqueConstraint(fields=('change', 'by'), name='coordination_acknowledged_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Observation',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('text', models.TextField()),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('change', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='titration.dosechange')),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='clients.client')),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['client', '-at'], name='coordination_client_newest')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='changeacknowledgement',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5325aa25ca0f81e564a0f6207f7b799f434eaa74', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e7d37', table='coordination_changeacknowledgement', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='observation',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f071e9aaecf52c9e2da7e8ae1951e8030ddaa1ce', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_16220', table='coordination_observation', when='BEFORE')),
                ),
            ],
        ),
    ]

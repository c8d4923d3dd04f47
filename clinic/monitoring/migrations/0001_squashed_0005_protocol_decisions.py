import clinic.core.models
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('monitoring', '0001_initial'), ('monitoring', '0002_withdrawn_and_notes'), ('monitoring', '0003_uncorrected_qt'), ('monitoring', '0004_due_days'), ('monitoring', '0005_protocol_decisions')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='DueDay',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('due_on', models.DateField()),
                        ('said_done_at', models.DateTimeField(blank=True, null=True, verbose_name='when the client said by link that it is done')),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_days', to='clients.client')),
                    ],
                    options={
                        'ordering': ['due_on'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('client', 'due_on'), name='monitoring_due_day_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Measurement',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(max_length=30)),
                        ('loinc', models.CharField(blank=True, max_length=12)),
                        ('value', models.DecimalField(decimal_places=4, max_digits=12)),
                        ('unit', models.CharField(max_length=30)),
                        ('entered_as', models.CharField(blank=True, max_length=40)),
                        ('taken_at', models.DateTimeField()),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('origin', models.CharField(choices=[('staff', 'Entered by staff'), ('import', 'Another system')], max_length=10)),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('withdrawn_because', models.CharField(blank=True, choices=[('typed_wrong', 'Typed wrong'), ('wrong_time', 'Wrong day or time'), ('wrong_client', 'Belongs to another client'), ('bad_sample', 'Measured wrong or bad sample')], max_length=15)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='clients.client')),
                        ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-taken_at'],
                        'indexes': [models.Index(fields=['client', '-taken_at'], name='monitoring_client_newest'), models.Index(fields=['client', 'kind', '-taken_at'], name='monitoring_kind_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_because', ''), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='monitoring_withdrawn_by_and_why')],
                    },
                ),
                migrations.CreateModel(
                    name='ProtocolDecision',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('key', models.CharField(max_length=80)),
                        ('is_used', models.BooleanField()),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('status', models.CharField(max_length=2)),
                        ('sentence', models.CharField(max_length=300)),
                        ('ingredients', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['key', '-at', '-id'], name='monitoring_decision_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('is_used', True), models.Q(('note', ''), _negated=True), _connector='OR'), name='monitoring_switched_off_says_why')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='dueday',
                    trigger=pgtrigger.compiler.Trigger(name='due_day_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='601c013fd2c4317ab9b24a2e1eaeb73ca23612ac', operation='DELETE', pgid='pgtrigger_due_day_never_deleted_b3116', table='monitoring_dueday', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='measurement',
                    trigger=pgtrigger.compiler.Trigger(name='entered_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.origin = 'staff' AND (OLD.client_id, OLD.kind, OLD.value, OLD.unit, OLD.taken_at, OLD.note) IS DISTINCT FROM (NEW.client_id, NEW.kind, NEW.value, NEW.unit, NEW.taken_at, NEW.note))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ea7b2f8651b91240c46ffc1018db1c62999356c3', operation='UPDATE', pgid='pgtrigger_entered_never_changes_fb423', table='monitoring_measurement', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='measurement',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='dad64488dcbfc0011d7244c196207d65d00877c3', operation='DELETE', pgid='pgtrigger_never_deleted_3083b', table='monitoring_measurement', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='protocoldecision',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='55fd10bcb9db00b35bec311cc79efc3298404355', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_94e20', table='monitoring_protocoldecision', when='BEFORE')),
                ),
            ],
        ),
    ]

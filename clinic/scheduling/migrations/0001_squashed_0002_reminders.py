import clinic.core.models
import clinic.scheduling.models
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('scheduling', '0001_initial'), ('scheduling', '0002_reminders')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='Appointment',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('consultation', 'Consultation'), ('evaluation', 'Psychiatric evaluation'), ('follow_up', 'Medication check'), ('brief', 'Brief check'), ('therapy', 'Therapy session')], max_length=15)),
                        ('modality', models.CharField(choices=[('in_person', 'In person'), ('telehealth', 'Telehealth'), ('phone', 'Phone')], default='in_person', max_length=12)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('booked', 'Booked'), ('confirmed', 'Confirmed'), ('arrived', 'Arrived'), ('done', 'Done'), ('no_show', 'Did not come'), ('cancelled', 'Cancelled')], default='booked', max_length=10)),
                        ('note_for_desk', models.CharField(blank=True, max_length=200)),
                        ('time_set_at', models.DateTimeField()),
                        ('times_moved', models.PositiveSmallIntegerField(default=0)),
                        ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                        ('cancel_reason', models.CharField(blank=True, max_length=200)),
                        ('booked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clients.client')),
                        ('clinician', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['starts_at'],
                        'indexes': [models.Index(fields=['client', '-starts_at'], name='scheduling_client_newest'), models.Index(fields=['clinician', 'starts_at'], name='scheduling_clinician_day'), models.Index(fields=['starts_at'], name='scheduling_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='scheduling_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('status', 'cancelled')), models.Q(models.Q(('status', 'cancelled'), _negated=True), ('cancelled_at', None)), _connector='OR'), name='scheduling_cancelled_at'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'cancelled'), _negated=True), expressions=[(clinic.scheduling.models.TsTzRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&'), ('clinician', '=')], name='scheduling_clinician_not_double_booked'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'cancelled'), _negated=True), expressions=[(clinic.scheduling.models.TsTzRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&'), ('client', '=')], name='scheduling_client_not_double_booked')],
                    },
                ),
                migrations.CreateModel(
                    name='AppointmentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('consultation', 'Consultation'), ('evaluation', 'Psychiatric evaluation'), ('follow_up', 'Medication check'), ('brief', 'Brief check'), ('therapy', 'Therapy session')], max_length=15)),
                        ('modality', models.CharField(choices=[('in_person', 'In person'), ('telehealth', 'Telehealth'), ('phone', 'Phone')], default='in_person', max_length=12)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('booked', 'Booked'), ('confirmed', 'Confirmed'), ('arrived', 'Arrived'), ('done', 'Done'), ('no_show', 'Did not come'), ('cancelled', 'Cancelled')], default='booked', max_length=10)),
                        ('note_for_desk', models.CharField(blank=True, max_length=200)),
                        ('time_set_at', models.DateTimeField()),
                        ('times_moved', models.PositiveSmallIntegerField(default=0)),
                        ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                        ('cancel_reason', models.CharField(blank=True, max_length=200)),
                        ('booked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.client')),
                        ('clinician', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='scheduling.appointment')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='AppointmentReply',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('confirm', 'Confirmed'), ('cancel', 'Cancelled'), ('move', 'Asked to move it')], max_length=10)),
                        ('starts_at', models.DateTimeField(verbose_name='the time that was replied to')),
                        ('words', models.CharField(blank=True, max_length=200, verbose_name='times that suit')),
                        ('at', models.DateTimeField()),
                        ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='scheduling.appointment')),
                    ],
                    options={
                        'ordering': ['-at'],
                    },
                ),
                migrations.CreateModel(
                    name='Availability',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')])),
                        ('begins', models.TimeField()),
                        ('ends', models.TimeField()),
                        ('modality', models.CharField(choices=[('in_person', 'In person'), ('telehealth', 'Telehealth'), ('phone', 'Phone')], default='in_person', max_length=12)),
                        ('valid_from', models.DateField()),
                        ('valid_until', models.DateField(blank=True, null=True)),
                        ('clinician', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='availability', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['weekday', 'begins'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='scheduling_availability_ends_after_begins')],
                    },
                ),
                migrations.CreateModel(
                    name='TimeOff',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('reason', models.CharField(blank=True, max_length=120)),
                        ('clinician', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_off', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['starts_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='scheduling_time_off_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='WaitlistEntry',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('consultation', 'Consultation'), ('evaluation', 'Psychiatric evaluation'), ('follow_up', 'Medication check'), ('brief', 'Brief check'), ('therapy', 'Therapy session')], max_length=15)),
                        ('times_that_suit', models.CharField(blank=True, max_length=200)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waitlist_entries', to='clients.client')),
                        ('clinician', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['created_at'],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='appointment',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "scheduling_appointmentevent" ("booked_by_id", "cancel_reason", "cancelled_at", "client_id", "clinician_id", "created_at", "ends_at", "id", "kind", "modality", "note_for_desk", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "status", "time_set_at", "times_moved", "updated_at") VALUES (NEW."booked_by_id", NEW."cancel_reason", NEW."cancelled_at", NEW."client_id", NEW."clinician_id", NEW."created_at", NEW."ends_at", NEW."id", NEW."kind", NEW."modality", NEW."note_for_desk", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_at", NEW."status", NEW."time_set_at", NEW."times_moved", NEW."updated_at"); RETURN NULL;', hash='84d8b000d8aeb414e90d13b77487a4b03f31d952', operation='INSERT', pgid='pgtrigger_insert_insert_cdcf2', table='scheduling_appointment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='appointment',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "scheduling_appointmentevent" ("booked_by_id", "cancel_reason", "cancelled_at", "client_id", "clinician_id", "created_at", "ends_at", "id", "kind", "modality", "note_for_desk", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "status", "time_set_at", "times_moved", "updated_at") VALUES (NEW."booked_by_id", NEW."cancel_reason", NEW."cancelled_at", NEW."client_id", NEW."clinician_id", NEW."created_at", NEW."ends_at", NEW."id", NEW."kind", NEW."modality", NEW."note_for_desk", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_at", NEW."status", NEW."time_set_at", NEW."times_moved", NEW."updated_at"); RETURN NULL;', hash='97278d7b534ef31b7def19322fea2081f49d38a9', operation='UPDATE', pgid='pgtrigger_update_update_7193b', table='scheduling_appointment', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='appointmentreply',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a69c88f7a05117dd4ffd50b60bbabd122f56db5e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_df9ff', table='scheduling_appointmentreply', when='BEFORE')),
                ),
            ],
        ),
    ]

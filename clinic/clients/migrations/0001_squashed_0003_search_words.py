import clinic.clients.models.client

import clinic.core.models
import clinic.staff.roles
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('clients', '0001_initial'), ('clients', '0002_message_consents'), ('clients', '0003_search_words')]

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='Client',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('given_names', models.CharField(max_length=150, verbose_name='legal given names')),
                        ('family_name', models.CharField(max_length=150, verbose_name='legal family name')),
                        ('preferred_name', models.CharField(blank=True, max_length=150)),
                        ('pronouns', models.CharField(blank=True, max_length=40)),
                        ('birth_on', models.DateField(verbose_name='birth date')),
                        ('sex', models.CharField(choices=[('female', 'Female'), ('male', 'Male'), ('other', 'Another'), ('unknown', 'Not known')], default='unknown', max_length=10)),
                        ('gender', models.CharField(blank=True, max_length=60)),
                        ('language', models.CharField(default='en', max_length=10)),
                        ('needs_interpreter', models.BooleanField(default=False)),
                        ('time_zone', models.CharField(default='America/Denver', max_length=60)),
                        ('address_line', models.CharField(blank=True, max_length=200)),
                        ('city', models.CharField(blank=True, max_length=100)),
                        ('state', models.CharField(blank=True, max_length=50)),
                        ('postal_code', models.CharField(blank=True, max_length=20)),
                        ('country', models.CharField(default='US', max_length=2)),
                        ('status', models.CharField(choices=[('enquiry', 'Enquiry'), ('active', 'Active'), ('paused', 'Paused'), ('discharged', 'Discharged')], default='enquiry', max_length=12)),
                        ('deceased_on', models.DateField(blank=True, null=True)),
                        ('came_from', models.CharField(default='staff', editable=False, max_length=20)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('search_text', models.TextField(blank=True, editable=False)),
                    ],
                    options={
                        'ordering': ['family_name', 'given_names'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='clients_search_trigram', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(clinic.clients.models.client.WordsOf('search_text'), name='clients_search_words'), models.Index(fields=['birth_on'], name='clients_birth_on'), models.Index(fields=['family_name', 'given_names', 'id'], name='clients_by_name')],
                    },
                ),
                migrations.CreateModel(
                    name='ClientEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('given_names', models.CharField(max_length=150, verbose_name='legal given names')),
                        ('family_name', models.CharField(max_length=150, verbose_name='legal family name')),
                        ('preferred_name', models.CharField(blank=True, max_length=150)),
                        ('pronouns', models.CharField(blank=True, max_length=40)),
                        ('birth_on', models.DateField(verbose_name='birth date')),
                        ('sex', models.CharField(choices=[('female', 'Female'), ('male', 'Male'), ('other', 'Another'), ('unknown', 'Not known')], default='unknown', max_length=10)),
                        ('gender', models.CharField(blank=True, max_length=60)),
                        ('language', models.CharField(default='en', max_length=10)),
                        ('needs_interpreter', models.BooleanField(default=False)),
                        ('time_zone', models.CharField(default='America/Denver', max_length=60)),
                        ('address_line', models.CharField(blank=True, max_length=200)),
                        ('city', models.CharField(blank=True, max_length=100)),
                        ('state', models.CharField(blank=True, max_length=50)),
                        ('postal_code', models.CharField(blank=True, max_length=20)),
                        ('country', models.CharField(default='US', max_length=2)),
                        ('status', models.CharField(choices=[('enquiry', 'Enquiry'), ('active', 'Active'), ('paused', 'Paused'), ('discharged', 'Discharged')], default='enquiry', max_length=12)),
                        ('deceased_on', models.DateField(blank=True, null=True)),
                        ('came_from', models.CharField(default='staff', editable=False, max_length=20)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('search_text', models.TextField(blank=True, editable=False)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='clients.client')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ContactPoint',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail')], max_length=10)),
                        ('value', models.CharField(max_length=254)),
                        ('label', models.CharField(blank=True, max_length=40)),
                        ('is_preferred', models.BooleanField(default=False)),
                        ('may_call', models.BooleanField(default=False)),
                        ('may_leave_voicemail', models.BooleanField(default=False)),
                        ('may_text', models.BooleanField(default=False, verbose_name='may send SMS reminders')),
                        ('may_email', models.BooleanField(default=False, verbose_name='may send e-mail reminders')),
                        ('consented_on', models.DateField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_points', to='clients.client')),
                    ],
                    options={
                        'ordering': ['-is_preferred', 'kind', 'created_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('client', 'kind', 'value'), name='clients_contact_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'phone'), ('may_email', False)), models.Q(('kind', 'email'), ('may_call', False), ('may_leave_voicemail', False), ('may_text', False)), _connector='OR'), name='clients_contact_use_fits_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='ContactPointEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail')], max_length=10)),
                        ('value', models.CharField(max_length=254)),
                        ('label', models.CharField(blank=True, max_length=40)),
                        ('is_preferred', models.BooleanField(default=False)),
                        ('may_call', models.BooleanField(default=False)),
                        ('may_leave_voicemail', models.BooleanField(default=False)),
                        ('may_text', models.BooleanField(default=False, verbose_name='may send SMS reminders')),
                        ('may_email', models.BooleanField(default=False, verbose_name='may send e-mail reminders')),
                        ('consented_on', models.DateField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.client')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='clients.contactpoint')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='MessageConsent',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS')], max_length=5)),
                        ('purpose', models.CharField(choices=[('checkins', 'Check-ins'), ('appointments', 'Appointments'), ('pages', 'Pages to read')], max_length=15)),
                        ('text_version', models.CharField(max_length=20)),
                        ('given_at', models.DateTimeField()),
                        ('given_how', models.CharField(choices=[('staff', 'told to staff'), ('link', 'by link'), ('enquiry', 'on the enquiry form'), ('carried_over', 'carried over; how it was said was not kept')], max_length=15)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_how', models.CharField(blank=True, choices=[('staff', 'told to staff'), ('link', 'by link'), ('enquiry', 'on the enquiry form'), ('carried_over', 'carried over; how it was said was not kept')], max_length=15)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='message_consents', to='clients.client')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-given_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('client', 'channel', 'purpose'), name='clients_message_consent_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('ended_how', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_how', ''), _negated=True)), _connector='OR'), name='clients_message_consent_ended')],
                    },
                ),
                migrations.CreateModel(
                    name='RelatedPerson',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('emergency', 'Emergency contact'), ('guardian', 'Guardian')], max_length=12)),
                        ('name', models.CharField(max_length=200)),
                        ('relationship', models.CharField(blank=True, max_length=60)),
                        ('phone', models.CharField(blank=True, max_length=32)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='related_people', to='clients.client')),
                    ],
                    options={
                        'ordering': ['kind', 'created_at'],
                    },
                ),
                migrations.CreateModel(
                    name='SharingConsent',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('given_on', models.DateField()),
                        ('text_version', models.CharField(max_length=20)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_consents', to='clients.client')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-given_on', '-created_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('client',), name='clients_one_live_sharing_consent'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='clients_sharing_consent_revoked_by')],
                    },
                ),
                migrations.CreateModel(
                    name='CareTeamMember',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('role', models.CharField(choices=[('prescriber', 'Prescriber'), ('therapist', 'Therapist'), ('coordinator', 'Care coordinator'), ('administrator', 'Clinic administrator'), ('auditor', 'Auditor')], max_length=20)),
                        ('is_lead', models.BooleanField(default=True, verbose_name='the one responsible in this role')),
                        ('started_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='care_links', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='care_team', to='clients.client')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['user', 'role', 'client'], name='clients_live_links')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('client', 'user', 'role'), name='clients_care_link_once'), models.UniqueConstraint(condition=models.Q(('ended_at', None), ('is_lead', True)), fields=('client', 'role'), name='clients_one_lead_in_a_role'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='clients_care_link_ended_by'), models.CheckConstraint(condition=models.Q(('role__in', [clinic.staff.roles.Role['PRESCRIBER'], clinic.staff.roles.Role['THERAPIST'], clinic.staff.roles.Role['COORDINATOR']])), name='clients_care_link_role')],
                    },
                ),
                migrations.CreateModel(
                    name='BreakGlassAccess',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('reason', models.CharField(max_length=500)),
                        ('opened_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                        ('review_note', models.CharField(blank=True, max_length=500)),
                        ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='break_glass_accesses', to='clients.client')),
                    ],
                    options={
                        'ordering': ['-opened_at'],
                        'indexes': [models.Index(fields=['user', 'client', 'expires_at'], name='clients_break_glass_live')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at', None), ('reviewed_by', None)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='clients_break_glass_reviewed_by'), models.CheckConstraint(condition=models.Q(('reviewed_by', models.F('user')), _negated=True), name='clients_break_glass_not_reviewed_by_self'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('opened_at'))), name='clients_break_glass_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='ClientIdentifier',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('system', models.CharField(max_length=200)),
                        ('value', models.CharField(max_length=200)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identifiers', to='clients.client')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('system', 'value'), name='clients_identifier_once')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='client',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clients_clientevent" ("address_line", "birth_on", "came_from", "city", "country", "created_at", "deceased_on", "family_name", "gender", "given_names", "id", "language", "needs_interpreter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "preferred_name", "pronouns", "search_text", "sex", "state", "status", "time_zone", "updated_at", "version") VALUES (NEW."address_line", NEW."birth_on", NEW."came_from", NEW."city", NEW."country", NEW."created_at", NEW."deceased_on", NEW."family_name", NEW."gender", NEW."given_names", NEW."id", NEW."language", NEW."needs_interpreter", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."preferred_name", NEW."pronouns", NEW."search_text", NEW."sex", NEW."state", NEW."status", NEW."time_zone", NEW."updated_at", NEW."version"); RETURN NULL;', hash='16ca850697d585b5da8165ee1428dbb27735003b', operation='INSERT', pgid='pgtrigger_insert_insert_a5391', table='clients_client', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='client',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "clients_clientevent" ("address_line", "birth_on", "came_from", "city", "country", "created_at", "deceased_on", "family_name", "gender", "given_names", "id", "language", "needs_interpreter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "preferred_name", "pronouns", "search_text", "sex", "state", "status", "time_zone", "updated_at", "version") VALUES (NEW."address_line", NEW."birth_on", NEW."came_from", NEW."city", NEW."country", NEW."created_at", NEW."deceased_on", NEW."family_name", NEW."gender", NEW."given_names", NEW."id", NEW."language", NEW."needs_interpreter", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."preferred_name", NEW."pronouns", NEW."search_text", NEW."sex", NEW."state", NEW."status", NEW."time_zone", NEW."updated_at", NEW."version"); RETURN NULL;', hash='afd42cb877027484efd19451a5da33ac861cc079', operation='UPDATE', pgid='pgtrigger_update_update_757e7', table='clients_client', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contactpoint',
                    trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clients_contactpointevent" ("client_id", "consented_on", "created_at", "ended_at", "id", "is_preferred", "kind", "label", "may_call", "may_email", "may_leave_voicemail", "may_text", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "value") VALUES (NEW."client_id", NEW."consented_on", NEW."created_at", NEW."ended_at", NEW."id", NEW."is_preferred", NEW."kind", NEW."label", NEW."may_call", NEW."may_email", NEW."may_leave_voicemail", NEW."may_text", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."updated_at", NEW."value"); RETURN NULL;', hash='d6d22bb0b43a475a61b801f7af170d48f029591e', operation='INSERT', pgid='pgtrigger_insert_insert_3b506', table='clients_contactpoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contactpoint',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "clients_contactpointevent" ("client_id", "consented_on", "created_at", "ended_at", "id", "is_preferred", "kind", "label", "may_call", "may_email", "may_leave_voicemail", "may_text", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "updated_at", "value") VALUES (NEW."client_id", NEW."consented_on", NEW."created_at", NEW."ended_at", NEW."id", NEW."is_preferred", NEW."kind", NEW."label", NEW."may_call", NEW."may_email", NEW."may_leave_voicemail", NEW."may_text", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."updated_at", NEW."value"); RETURN NULL;', hash='072a3e935ed6ca1886e7ea95397dea0a386a0ed3', operation='UPDATE', pgid='pgtrigger_update_update_57750', table='clients_contactpoint', when='AFTER')),
                ),
            ],
        ),
    ]

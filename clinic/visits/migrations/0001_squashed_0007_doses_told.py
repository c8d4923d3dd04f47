import clinic.core.models
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('visits', '0001_initial'), ('visits', '0002_decisions_of_the_editor'), ('visits', '0003_copied_text'), ('visits', '0004_note_parts'), ('visits', '0005_supervision'), ('visits', '0006_newest_telehealth_consent'), ('visits', '0007_doses_told')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('scheduling', '0001_squashed_0002_reminders'),
        ('staff', '__first__'),
        ('titration', '0001_squashed_0009_response'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='FollowUpVisit',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('visited_on', models.DateField()),
                        ('kind', models.CharField(choices=[('follow_up', 'Medication check'), ('brief', 'Brief check')], default='follow_up', max_length=15)),
                        ('modality', models.CharField(choices=[('in_person', 'In person'), ('telehealth', 'Telehealth'), ('phone', 'Phone')], default='in_person', max_length=12)),
                        ('subjective', models.TextField(blank=True, verbose_name='what the client reports')),
                        ('mental_status', models.JSONField(blank=True, default=dict, verbose_name='mental status by domain')),
                        ('assessment', models.TextField(blank=True)),
                        ('risk_answer', models.CharField(blank=True, choices=[('none', 'No thoughts of self-harm or harm to others'), ('present', 'Present: see assessment')], max_length=12)),
                        ('next_steps', models.TextField(blank=True, verbose_name='what follows')),
                        ('problems', models.JSONField(blank=True, default=dict, verbose_name='problems of the plan and how they go')),
                        ('vitals', models.JSONField(blank=True, default=dict, verbose_name='what was measured, as typed')),
                        ('telehealth', models.JSONField(blank=True, default=dict, verbose_name='record of a visit by telehealth')),
                        ('adherence', models.JSONField(blank=True, default=dict, verbose_name='how doses were taken, as told')),
                        ('minutes', models.CharField(blank=True, max_length=5, verbose_name='time spent in minutes, as typed')),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('signed_at', models.DateTimeField(blank=True, null=True)),
                        ('content_hash', models.CharField(blank=True, max_length=64)),
                        ('appointment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit', to='scheduling.appointment')),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='clients.client')),
                        ('prescriber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to=settings.AUTH_USER_MODEL)),
                        ('signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('supervisor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supervised_visits', to=settings.AUTH_USER_MODEL, verbose_name='who co-signs the note of a trainee')),
                    ],
                    options={
                        'ordering': ['-visited_on'],
                        'indexes': [models.Index(fields=['client', '-visited_on'], name='visits_client_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('content_hash', ''), ('signed_at', None), ('signed_by', None)), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False), models.Q(('content_hash', ''), _negated=True)), _connector='OR'), name='visits_signed_by'), models.UniqueConstraint(condition=models.Q(('signed_at', None)), fields=('client', 'prescriber'), name='visits_one_draft_each')],
                    },
                ),
                migrations.CreateModel(
                    name='CoSignature',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('at', models.DateTimeField()),
                        ('content_hash', models.CharField(max_length=64, verbose_name='of the note that was co-signed')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('visit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cosignature', to='visits.followupvisit')),
                    ],
                    options={
                        'ordering': ['at'],
                    },
                ),
                migrations.CreateModel(
                    name='CopiedPassage',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('part', models.CharField(choices=[('subjective', 'What the client reports'), ('assessment', 'Assessment'), ('next_steps', 'What follows')], max_length=12)),
                        ('origin', models.CharField(choices=[('last_visit', 'The last visit'), ('phrase', 'A phrase'), ('events', 'What happened since')], max_length=10)),
                        ('came_from', models.CharField(max_length=120)),
                        ('copied_text', models.TextField()),
                        ('text', models.TextField(blank=True)),
                        ('review', models.CharField(blank=True, choices=[('kept', 'kept'), ('edited', 'edited'), ('dropped', 'dropped')], max_length=8)),
                        ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                        ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passages', to='visits.followupvisit')),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('review', ''), ('reviewed_at', None)), models.Q(models.Q(('review', ''), _negated=True), ('reviewed_at__isnull', False)), _connector='OR'), name='visits_copied_reviewed_at')],
                    },
                ),
                migrations.CreateModel(
                    name='MedicationDecision',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('decision', models.CharField(choices=[('continue', 'Continue'), ('increase', 'Increase'), ('decrease', 'Decrease'), ('start', 'Start'), ('stop', 'Stop'), ('hold', 'Hold'), ('change', 'Change of plan'), ('switch', 'Switch'), ('taper', 'Taper')], max_length=10)),
                        ('proposal', models.JSONField(blank=True, null=True)),
                        ('rationale', models.CharField(blank=True, max_length=500)),
                        ('change', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='titration.dosechange')),
                        ('dose_plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='titration.doseplan')),
                        ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='visits.followupvisit')),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(fields=('visit', 'dose_plan'), name='visits_one_decision_a_dose_plan')],
                    },
                ),
                migrations.CreateModel(
                    name='Phrase',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=40)),
                        ('text', models.TextField()),
                        ('is_shared', models.BooleanField(default=False)),
                        ('prescriber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phrases', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(models.F('prescriber'), django.db.models.functions.text.Lower('name'), name='visits_phrase_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='TelehealthConsent',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('given_on', models.DateField()),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='telehealth_consents', to='clients.client')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('visit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='telehealth_consent', to='visits.followupvisit')),
                    ],
                    options={
                        'ordering': ['-given_on'],
                        'indexes': [models.Index(fields=['client', '-given_on'], name='visits_newest_telehealth')],
                    },
                ),
                migrations.CreateModel(
                    name='VisitAddendum',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('text', models.TextField()),
                        ('written_at', models.DateTimeField()),
                        ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addenda', to='visits.followupvisit')),
                        ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'visit addenda',
                        'ordering': ['written_at'],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followupvisit',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."signed_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e242d17dc47a97a0a17f5ddec8c45bcc5e45a200', operation='UPDATE OR DELETE', pgid='pgtrigger_signed_never_changes_60d77', table='visits_followupvisit', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followupvisit',
                    trigger=pgtrigger.compiler.Trigger(name='copied_text_is_reviewed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."signed_at" IS NOT NULL AND OLD."signed_at" IS NULL)', func="\n                    IF EXISTS (SELECT 1 FROM visits_copiedpassage p WHERE p.visit_id = NEW.id AND p.review = '') THEN\n                        RAISE EXCEPTION 'text copied into the visit is not reviewed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='19628bbe26a176bedd1b0efbcbccca7f77cc6e51', operation='UPDATE', pgid='pgtrigger_copied_text_is_reviewed_dbce9', table='visits_followupvisit', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followupvisit',
                    trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'signed visits are kept';", hash='9ae60e82566b29d3e233b6b77c4aa9fc6667f6c0', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_c91ef', table='visits_followupvisit', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='cosignature',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1b2c43fa3d76ca1821cdac7f189e738b1df2cc50', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_05bf0', table='visits_cosignature', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='cosignature',
                    trigger=pgtrigger.compiler.Trigger(name='only_of_the_supervisor', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM visits_followupvisit v\n                        WHERE v.id = NEW.visit_id AND v.signed_at IS NOT NULL AND v.supervisor_id = NEW.by_id\n                    ) THEN\n                        RAISE EXCEPTION 'only the supervisor co-signs a signed visit';\n                    END IF;\n                    RETURN NEW;\n                ", hash='ac733682f77188f5debcab58a314fd6638e89f8a', operation='INSERT', pgid='pgtrigger_only_of_the_supervisor_19381', table='visits_cosignature', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='cosignature',
                    trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'signed visits are kept';", hash='5539bf9387f3e2f22eb809d6b60edf7d1e0b719a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_229ff', table='visits_cosignature', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='copiedpassage',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT 1 FROM visits_followupvisit v\n                WHERE v.id IN (NEW.visit_id, OLD.visit_id) AND v.signed_at IS NOT NULL\n            ) THEN\n                RAISE EXCEPTION 'the visit is signed: its copied text cannot change';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='8cc49cc6462a5cc48524f54ca577a9e3c28e40db', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_never_changes_faf5e', table='visits_copiedpassage', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='copiedpassage',
                    trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'signed visits are kept';", hash='d6522c779d15e28849a65b416054800e468971ad', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_ca8b9', table='visits_copiedpassage', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='medicationdecision',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT 1 FROM visits_followupvisit v\n                WHERE v.id IN (NEW.visit_id, OLD.visit_id) AND v.signed_at IS NOT NULL\n            ) THEN\n                RAISE EXCEPTION 'the visit is signed: its decisions cannot change';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='0c93ea07273da60b8ef530005db66bab8a845ac9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_never_changes_443c5', table='visits_medicationdecision', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='medicationdecision',
                    trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'signed visits are kept';", hash='d4a66240a2e40e7aa0289e96670347d088727dc9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_c07ce', table='visits_medicationdecision', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='telehealthconsent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='859762d09bf69be4804fceaa5f74a32a7795c12f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1ff80', table='visits_telehealthconsent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='telehealthconsent',
                    trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'signed visits are kept';", hash='13b411cd7ee0f56108d7d3b58d8cebd70b919b0a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_23932', table='visits_telehealthconsent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='visitaddendum',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9c10585380e693aa30f57a4f31d5267fb2274a60', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dd302', table='visits_visitaddendum', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='visitaddendum',
                    trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'signed visits are kept';", hash='e5df474560961d6391f52f7afa4ada7cb0de05f1', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_8176b', table='visits_visitaddendum', when='BEFORE')),
                ),
            ],
        ),
    ]

import clinic.core.models
import clinic.plans.rules.consent
import clinic.staff.roles
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('plans', '0001_initial'), ('plans', '0002_parts_stay_with_their_plan'), ('plans', '0003_medication_consent')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('formulary', '0001_squashed_0003_review_of_schedules'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='TreatmentPlan',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('signed', 'Signed'), ('superseded', 'Replaced by a newer version')], default='draft', max_length=10)),
                        ('client_words', models.TextField(blank=True, verbose_name='what the client wants, in their own words')),
                        ('review_on', models.DateField(blank=True, null=True)),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('client_agreed_on', models.DateField(blank=True, null=True)),
                        ('signed_at', models.DateTimeField(blank=True, null=True)),
                        ('superseded_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='treatment_plans', to='clients.client')),
                        ('signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('client', 'number'), name='plans_number_once'), models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('client',), name='plans_one_draft'), models.UniqueConstraint(condition=models.Q(('status', 'signed')), fields=('client',), name='plans_one_in_force'), models.CheckConstraint(condition=models.Q(models.Q(('signed_at', None), ('signed_by', None), ('status', 'draft')), models.Q(models.Q(('status', 'draft'), _negated=True), ('signed_at__isnull', False), ('signed_by__isnull', False)), _connector='OR'), name='plans_signed_by'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'superseded'), ('superseded_at__isnull', False)), models.Q(models.Q(('status', 'superseded'), _negated=True), ('superseded_at', None)), _connector='OR'), name='plans_superseded_at')],
                    },
                ),
                migrations.CreateModel(
                    name='Problem',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('text', models.CharField(max_length=300)),
                        ('code', models.CharField(blank=True, max_length=10)),
                        ('rank', models.PositiveSmallIntegerField(default=1)),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='plans.treatmentplan')),
                    ],
                    options={
                        'ordering': ['rank'],
                    },
                ),
                migrations.CreateModel(
                    name='PlanAcknowledgement',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('at', models.DateTimeField()),
                        ('comment', models.TextField(blank=True)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='plans.treatmentplan')),
                    ],
                    options={
                        'ordering': ['at'],
                        'constraints': [models.UniqueConstraint(fields=('plan', 'by'), name='plans_acknowledged_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Intervention',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('medication', 'Medication'), ('therapy', 'Therapy'), ('lifestyle', 'Lifestyle'), ('support', 'Other support')], max_length=12)),
                        ('text', models.CharField(max_length=300)),
                        ('how_often', models.CharField(blank=True, max_length=120)),
                        ('responsible', models.CharField(choices=[(clinic.staff.roles.Role['PRESCRIBER'], 'Prescriber'), (clinic.staff.roles.Role['THERAPIST'], 'Therapist'), (clinic.staff.roles.Role['COORDINATOR'], 'Care coordinator'), ('client', 'Client')], max_length=20)),
                        ('rank', models.PositiveSmallIntegerField(default=1)),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interventions', to='plans.treatmentplan')),
                    ],
                    options={
                        'ordering': ['kind', 'rank'],
                    },
                ),
                migrations.CreateModel(
                    name='Goal',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('text', models.CharField(max_length=300)),
                        ('measure', models.CharField(blank=True, max_length=120)),
                        ('baseline', models.CharField(blank=True, max_length=60)),
                        ('target', models.CharField(blank=True, max_length=60)),
                        ('target_on', models.DateField(blank=True, null=True)),
                        ('rank', models.PositiveSmallIntegerField(default=1)),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='plans.treatmentplan')),
                    ],
                    options={
                        'ordering': ['rank'],
                    },
                ),
                migrations.CreateModel(
                    name='MedicationConsent',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('how', models.CharField(choices=[(clinic.plans.rules.consent.How['SPOKEN'], 'Spoken'), (clinic.plans.rules.consent.How['SIGNED'], 'Signed on paper'), (clinic.plans.rules.consent.How['EMERGENCY'], 'Emergency, without consent')], max_length=10)),
                        ('target_symptoms', models.CharField(blank=True, max_length=1000)),
                        ('benefit', models.CharField(blank=True, max_length=1000, verbose_name='expected benefit')),
                        ('risks', models.CharField(blank=True, max_length=1000, verbose_name='common and serious risks')),
                        ('alternatives', models.CharField(blank=True, max_length=1000, verbose_name='alternatives, no medication among them')),
                        ('is_off_label', models.BooleanField(default=False, verbose_name='the use is off label, and this was said')),
                        ('given_by', models.CharField(blank=True, choices=[(clinic.plans.rules.consent.GivenBy['CLIENT'], 'Client'), (clinic.plans.rules.consent.GivenBy['GUARDIAN'], 'Guardian')], max_length=10)),
                        ('guardian_name', models.CharField(blank=True, max_length=150)),
                        ('because', models.CharField(blank=True, max_length=1000, verbose_name='why it begins without consent')),
                        ('given_on', models.DateField()),
                        ('recorded_at', models.DateTimeField()),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_because', models.CharField(blank=True, max_length=1000)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='medication_consents', to='clients.client')),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='formulary.medication')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-recorded_at'],
                        'indexes': [models.Index(fields=['client', 'medication', '-recorded_at'], name='plans_consent_newest')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None), models.Q(('how', 'emergency'), _negated=True)), fields=('client', 'medication'), name='plans_one_consent_stands'), models.CheckConstraint(condition=models.Q(models.Q(('given_by', ''), ('how', 'emergency'), models.Q(('because', ''), _negated=True)), models.Q(('because', ''), ('how__in', ['spoken', 'signed']), models.Q(('given_by', ''), _negated=True), models.Q(('target_symptoms', ''), _negated=True), models.Q(('benefit', ''), _negated=True), models.Q(('risks', ''), _negated=True), models.Q(('alternatives', ''), _negated=True)), _connector='OR'), name='plans_consent_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('given_by', 'guardian'), models.Q(('guardian_name', ''), _negated=True)), models.Q(models.Q(('given_by', 'guardian'), _negated=True), ('guardian_name', '')), _connector='OR'), name='plans_guardian_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_because', ''), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False), models.Q(('revoked_because', ''), _negated=True)), _connector='OR'), name='plans_revoked_by_and_why')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='medicationconsent',
                    trigger=pgtrigger.compiler.Trigger(name='only_revoked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alternatives" IS DISTINCT FROM (NEW."alternatives") OR OLD."because" IS DISTINCT FROM (NEW."because") OR OLD."benefit" IS DISTINCT FROM (NEW."benefit") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."given_by" IS DISTINCT FROM (NEW."given_by") OR OLD."given_on" IS DISTINCT FROM (NEW."given_on") OR OLD."guardian_name" IS DISTINCT FROM (NEW."guardian_name") OR OLD."how" IS DISTINCT FROM (NEW."how") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_off_label" IS DISTINCT FROM (NEW."is_off_label") OR OLD."medication_id" IS DISTINCT FROM (NEW."medication_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."risks" IS DISTINCT FROM (NEW."risks") OR OLD."target_symptoms" IS DISTINCT FROM (NEW."target_symptoms"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='56c7a5e5225f59791bdd12dbbf29b379b529dee6', operation='UPDATE', pgid='pgtrigger_only_revoked_e118d', table='plans_medicationconsent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='medicationconsent',
                    trigger=pgtrigger.compiler.Trigger(name='revoked_stays_revoked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."revoked_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ddcbc7efa2a2822aec619b0ba3a808df347bd401', operation='UPDATE', pgid='pgtrigger_revoked_stays_revoked_dcad7', table='plans_medicationconsent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='medicationconsent',
                    trigger=pgtrigger.compiler.Trigger(name='consent_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b570d3bdd54715afe2e531b794c56c0b97076836', operation='DELETE', pgid='pgtrigger_consent_never_deleted_d824d', table='plans_medicationconsent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='treatmentplan',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."signed_at" IS NOT NULL)', func="\n                    IF to_jsonb(OLD) - '{status,superseded_at,updated_at}'::text[]\n                        IS DISTINCT FROM to_jsonb(NEW) - '{status,superseded_at,updated_at}'::text[] THEN\n                        RAISE EXCEPTION 'the plan is signed: it cannot change';\n                    END IF;\n                    RETURN NEW;\n                ", hash='28a5e54b18e86fa68431641733a6fb837b543af8', operation='UPDATE', pgid='pgtrigger_signed_never_changes_99d77', table='plans_treatmentplan', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='treatmentplan',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."signed_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='dbc9f65357d3147bd22c6e3f5b157dfb1b4c252e', operation='DELETE', pgid='pgtrigger_signed_never_deleted_afb6b', table='plans_treatmentplan', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='problem',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT 1 FROM plans_treatmentplan p\n                WHERE p.id IN (NEW.plan_id, OLD.plan_id) AND p.signed_at IS NOT NULL\n            ) THEN\n                RAISE EXCEPTION 'the plan is signed: its problems cannot change';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='5c1d87709845caf30e988e7b56b4c2bb7d735a29', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_never_changes_6b0b9', table='plans_problem', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='planacknowledgement',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='17ffc49d2b1921bf0c8e85a8d5c593fb9bc90589', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7e933', table='plans_planacknowledgement', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='intervention',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT 1 FROM plans_treatmentplan p\n                WHERE p.id IN (NEW.plan_id, OLD.plan_id) AND p.signed_at IS NOT NULL\n            ) THEN\n                RAISE EXCEPTION 'the plan is signed: its interventions cannot change';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='a377af2c8deadbaca3c5bef4ef62ca2b00102f93', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_never_changes_c747b', table='plans_intervention', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='goal',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT 1 FROM plans_treatmentplan p\n                WHERE p.id IN (NEW.plan_id, OLD.plan_id) AND p.signed_at IS NOT NULL\n            ) THEN\n                RAISE EXCEPTION 'the plan is signed: its goals cannot change';\n            END IF;\n            RETURN COALESCE(NEW, OLD);\n        ", hash='5a4d49c1ffd652ebcb264d6f36e94fdfe666b6ab', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_never_changes_b9f3b', table='plans_goal', when='BEFORE')),
                ),
            ],
        ),
    ]

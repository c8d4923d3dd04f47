import clinic.core.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('formulary', '0001_initial'), ('formulary', '0002_reviews_and_rules'), ('formulary', '0003_review_of_schedules')]

    initial = True

    dependencies = [
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='Medication',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=100, unique=True)),
                        ('ingredient', models.CharField(max_length=100)),
                        ('rxcui', models.CharField(blank=True, max_length=12, verbose_name='RxNorm ingredient id')),
                        ('drug_class', models.CharField(max_length=120)),
                        ('dea_schedule', models.CharField(blank=True, max_length=10)),
                        ('dose_unit', models.CharField(default='mg', max_length=20)),
                        ('frequency', models.CharField(blank=True, max_length=120)),
                        ('start_text', models.CharField(blank=True, max_length=300)),
                        ('start_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True, verbose_name='start, mg a day')),
                        ('step_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True, verbose_name='usual step, mg')),
                        ('max_step_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True, verbose_name='largest rise, mg')),
                        ('min_interval_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('usual_min_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
                        ('usual_max_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
                        ('max_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True, verbose_name='maximum, mg a day (adult)')),
                        ('half_life_text', models.CharField(blank=True, max_length=100)),
                        ('boxed_warning', models.CharField(blank=True, max_length=400)),
                        ('boxed_warning_confirmed', models.BooleanField(default=False)),
                        ('monitoring_text', models.TextField(blank=True)),
                        ('notes', models.TextField(blank=True)),
                        ('unverified_fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                        ('not_computed_because', models.CharField(blank=True, max_length=200)),
                        ('status', models.CharField(choices=[('V', 'Seen in a source'), ('V2', 'Secondary source, not yet reviewed by the medical director'), ('U', 'Unverified')], max_length=2)),
                        ('source', models.TextField()),
                        ('data_version', models.CharField(max_length=20)),
                        ('reviewed_by', models.CharField(blank=True, max_length=150)),
                        ('reviewed_on', models.DateField(blank=True, null=True)),
                        ('retired_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['name'],
                        'indexes': [models.Index(fields=['rxcui'], name='formulary_rxcui')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reviewed_by', ''), ('reviewed_on', None)), models.Q(('reviewed_on__isnull', False), models.Q(('reviewed_by', ''), _negated=True)), _connector='OR'), name='formulary_reviewed_by_and_on')],
                    },
                ),
                migrations.CreateModel(
                    name='MedicationReview',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('before', models.JSONField()),
                        ('after', models.JSONField()),
                        ('source', models.CharField(max_length=300, verbose_name='where the numbers were read')),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='formulary.medication')),
                    ],
                    options={
                        'ordering': ['-at'],
                    },
                ),
                migrations.CreateModel(
                    name='MedicationName',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='names', to='formulary.medication')),
                    ],
                    options={
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['name'], name='formulary_name_trigram', opclasses=['gin_trgm_ops'])],
                        'constraints': [models.UniqueConstraint(fields=('medication', 'name'), name='formulary_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Product',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('form', models.CharField(choices=[('tablet', 'tablet'), ('capsule', 'capsule'), ('solution', 'solution')], max_length=10)),
                        ('release', models.CharField(choices=[('IR', 'immediate release'), ('ER', 'extended release'), ('DR', 'delayed release'), ('ODT', 'orally disintegrating')], max_length=4)),
                        ('presentation', models.CharField(blank=True, max_length=30)),
                        ('strengths_mg', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=3, max_digits=9), blank=True, default=list, size=None)),
                        ('scored', models.BooleanField(default=False)),
                        ('mg_per_ml', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
                        ('ml_step', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True, verbose_name='smallest volume, mL')),
                        ('is_active', models.BooleanField(default=True)),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='formulary.medication')),
                    ],
                    options={
                        'ordering': ['form', 'release'],
                        'constraints': [models.UniqueConstraint(fields=('medication', 'form', 'release', 'presentation', 'scored', 'mg_per_ml'), name='formulary_product_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('form', 'solution'), ('mg_per_ml__isnull', False), ('strengths_mg', [])), models.Q(models.Q(('form', 'solution'), _negated=True), ('mg_per_ml', None), ('ml_step', None), models.Q(('strengths_mg', []), _negated=True)), _connector='OR'), name='formulary_product_is_solid_or_solution')],
                    },
                ),
                migrations.CreateModel(
                    name='SafetyRule',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('key', models.CharField(max_length=80)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('kind', models.CharField(choices=[('interactions', 'Interaction'), ('washouts', 'Wash-out'), ('dose_limits', 'Maximum dose'), ('duplicates', 'Duplicate therapy'), ('conditions', 'Condition'), ('pregnancy', 'Pregnancy'), ('ages', 'Age'), ('loads', 'Load'), ('schedules', 'Label schedule'), ('restarts', 'Restart after missed days')], max_length=20)),
                        ('definition', models.JSONField()),
                        ('status', models.CharField(choices=[('V', 'Seen in a source'), ('V2', 'Secondary source, not yet reviewed by the medical director'), ('U', 'Unverified')], max_length=2)),
                        ('data_version', models.CharField(max_length=20)),
                        ('decision', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('refused', 'Refused')], max_length=10)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('decision_note', models.CharField(blank=True, max_length=300)),
                        ('superseded_at', models.DateTimeField(blank=True, null=True)),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['kind', 'key', '-number'],
                        'constraints': [models.UniqueConstraint(fields=('key', 'number'), name='formulary_rule_number_once'), models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('key',), name='formulary_one_current_rule'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='formulary_rule_decided_by_and_at')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='medicationreview',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4e76e5bb87151575fb355f0069366959581a2311', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c88fc', table='formulary_medicationreview', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='safetyrule',
                    trigger=pgtrigger.compiler.Trigger(name='only_superseded', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."data_version" IS DISTINCT FROM (NEW."data_version") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."decision" IS DISTINCT FROM (NEW."decision") OR OLD."decision_note" IS DISTINCT FROM (NEW."decision_note") OR OLD."definition" IS DISTINCT FROM (NEW."definition") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='20883a0b22b5244852f3ce2b2e431665fc67e8ad', operation='UPDATE', pgid='pgtrigger_only_superseded_875f8', table='formulary_safetyrule', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='safetyrule',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ffb383cb38f072b46836d0cd8cc09a2bf13a4a74', operation='DELETE', pgid='pgtrigger_never_deleted_b093f', table='formulary_safetyrule', when='BEFORE')),
                ),
            ],
        ),
    ]

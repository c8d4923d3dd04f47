import clinic.core.models
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('scales', '0001_initial'), ('scales', '0002_self_harm_newest'), ('scales', '0003_content_packs'), ('scales', '0004_target_symptoms'), ('scales', '0005_responses_stay')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='TargetSymptom',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('words', models.CharField(max_length=80)),
                        ('began_on', models.DateField()),
                        ('ended_on', models.DateField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='target_symptoms', to='clients.client')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('worded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['began_on', 'id'],
                        'constraints': [models.UniqueConstraint(models.F('client'), django.db.models.functions.text.Lower('words'), condition=models.Q(('ended_on', None)), name='scales_symptom_once'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='scales_symptom_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('ended_by', None), ('ended_on', None)), models.Q(('ended_by__isnull', False), ('ended_on__gte', models.F('began_on'))), _connector='OR'), name='scales_symptom_ended_by')],
                    },
                ),
                migrations.CreateModel(
                    name='SymptomRating',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('value', models.PositiveSmallIntegerField()),
                        ('rated_on', models.DateField()),
                        ('rated_at', models.DateTimeField()),
                        ('answered_by', models.CharField(choices=[('client', 'Client, by link'), ('tablet', "Client, on the clinic's device"), ('staff', 'Staff, with the client'), ('import', 'Another system')], max_length=10)),
                        ('source', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('symptom', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='scales.targetsymptom')),
                    ],
                    options={
                        'ordering': ['-rated_at', '-id'],
                        'indexes': [models.Index(fields=['symptom', '-rated_at'], name='scales_rating_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('value__lte', 10)), name='scales_rating_0_to_10'), models.CheckConstraint(condition=models.Q(('by__isnull', False), ('source__isnull', False), _connector='OR'), name='scales_rating_by')],
                    },
                ),
                migrations.CreateModel(
                    name='ContentPack',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('code', models.CharField(max_length=20)),
                        ('version', models.CharField(max_length=20)),
                        ('file_name', models.CharField(max_length=120)),
                        ('definition', models.TextField()),
                        ('terms_version', models.CharField(max_length=40)),
                        ('terms_text', models.TextField()),
                        ('accepted_at', models.DateTimeField()),
                        ('retired_at', models.DateTimeField(blank=True, null=True)),
                        ('accepted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('retired_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['code', '-accepted_at'],
                        'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='scales_pack_version_once'), models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('code',), name='scales_pack_one_in_use'), models.CheckConstraint(condition=models.Q(models.Q(('retired_at', None), ('retired_by', None)), models.Q(('retired_at__isnull', False), ('retired_by__isnull', False)), _connector='OR'), name='scales_pack_retired_by')],
                    },
                ),
                migrations.CreateModel(
                    name='ScaleResponse',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('instrument', models.CharField(max_length=20)),
                        ('version', models.CharField(max_length=20)),
                        ('language', models.CharField(default='en', max_length=10)),
                        ('answers', models.JSONField(blank=True, default=list)),
                        ('total', models.SmallIntegerField(blank=True, null=True)),
                        ('band', models.CharField(blank=True, max_length=30)),
                        ('flags', models.JSONField(blank=True, default=list)),
                        ('is_complete', models.BooleanField(default=True)),
                        ('is_prorated', models.BooleanField(default=False)),
                        ('answered_at', models.DateTimeField()),
                        ('answered_by', models.CharField(choices=[('client', 'Client, by link'), ('tablet', "Client, on the clinic's device"), ('staff', 'Staff, with the client'), ('import', 'Another system')], max_length=10)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scale_responses', to='clients.client')),
                        ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['client', '-answered_at', '-id'], name='scales_client_newest'), models.Index(fields=['client', 'instrument', '-answered_at'], name='scales_instrument_newest'), models.Index(condition=models.Q(('answered_by', 'staff'), ('flags__contains', ['self_harm'])), fields=['-answered_at'], name='scales_self_harm_newest')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contentpack',
                    trigger=pgtrigger.compiler.Trigger(name='accepted_as_it_was', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."accepted_at" IS DISTINCT FROM (NEW."accepted_at") OR OLD."accepted_by_id" IS DISTINCT FROM (NEW."accepted_by_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."definition" IS DISTINCT FROM (NEW."definition") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."terms_text" IS DISTINCT FROM (NEW."terms_text") OR OLD."terms_version" IS DISTINCT FROM (NEW."terms_version") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7f3a97fc4ba9ec09ef7ca4f498702b5cc1b7e71c', operation='UPDATE', pgid='pgtrigger_accepted_as_it_was_72b2a', table='scales_contentpack', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contentpack',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c9b2200ea21ea79e168f1bf1faaf9317074ffb0a', operation='DELETE', pgid='pgtrigger_never_deleted_a0b47', table='scales_contentpack', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='scaleresponse',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d090c1a665ee326b900cd55b8e351f4c00b5ab80', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_db813', table='scales_scaleresponse', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='targetsymptom',
                    trigger=pgtrigger.compiler.Trigger(name='only_ended', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."began_on" IS DISTINCT FROM (NEW."began_on") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."worded_by_id" IS DISTINCT FROM (NEW."worded_by_id") OR OLD."words" IS DISTINCT FROM (NEW."words"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4c9fe68a009e8a225bb62a36ed42b2bf6874489a', operation='UPDATE', pgid='pgtrigger_only_ended_81788', table='scales_targetsymptom', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='targetsymptom',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8854cf3476037cc693d8ef3c3f32524dd68da539', operation='DELETE', pgid='pgtrigger_never_deleted_743ce', table='scales_targetsymptom', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='symptomrating',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9f7b8019be0830063004501cc72689dcea9146a5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c2b08', table='scales_symptomrating', when='BEFORE')),
                ),
            ],
        ),
    ]

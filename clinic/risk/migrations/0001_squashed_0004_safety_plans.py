import clinic.core.models
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('risk', '0001_initial'), ('risk', '0002_kinds_and_done_so_far'), ('risk', '0003_on_call'), ('risk', '0004_safety_plans')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='RiskAlert',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('self_harm', 'Thoughts of self-harm'), ('wants_help_now', 'Asked for help now'), ('harm_to_others', 'Danger to somebody else'), ('harmed_by_others', 'In danger from somebody else'), ('medical', 'Medical danger'), ('clinician', 'Raised by a clinician')], max_length=20)),
                        ('source', models.CharField(max_length=120, unique=True)),
                        ('reason', models.CharField(max_length=300)),
                        ('done_so_far', models.TextField(blank=True, db_default='', default='')),
                        ('raised_at', models.DateTimeField()),
                        ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                        ('disposition', models.CharField(blank=True, choices=[('safe_at_home', 'Spoke with the client: safe, plan agreed'), ('seen_today', 'Seen today'), ('emergency', 'Sent to emergency care or 911 called'), ('not_reached', 'Not reached; welfare check or emergency contact called'), ('not_a_risk', 'Reviewed: no present danger')], max_length=20)),
                        ('what_was_done', models.TextField(blank=True)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='risk_alerts', to='clients.client')),
                        ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('raised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-raised_at'],
                        'indexes': [models.Index(fields=['client', '-raised_at'], name='risk_client_newest'), models.Index(condition=models.Q(('closed_at', None)), fields=['-raised_at'], name='risk_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('disposition', '')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('disposition', ''), _negated=True)), _connector='OR'), name='risk_closed_with_disposition'), models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at', None), ('acknowledged_by', None)), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='risk_acknowledged_by'), models.CheckConstraint(condition=models.Q(models.Q(('disposition', 'not_a_risk'), _negated=True), ('raised_by', None), models.Q(('closed_by', models.F('raised_by')), _negated=True), _connector='OR'), name='risk_false_alarm_closed_by_another')],
                    },
                ),
                migrations.CreateModel(
                    name='FalseAlarm',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('said_at', models.DateTimeField()),
                        ('what_was_done', models.TextField()),
                        ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('alert', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='false_alarm', to='risk.riskalert')),
                    ],
                ),
                migrations.CreateModel(
                    name='CallOut',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('place', models.CharField(choices=[('first', 'First'), ('second', 'Second'), ('lead', 'Lead')], max_length=10)),
                        ('told_at', models.DateTimeField()),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_outs', to=settings.AUTH_USER_MODEL)),
                        ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_outs', to='risk.riskalert')),
                    ],
                    options={
                        'ordering': ['told_at'],
                        'constraints': [models.UniqueConstraint(fields=('alert', 'user'), name='risk_told_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SafetyPlan',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('warning_signs', models.TextField()),
                        ('coping_alone', models.TextField()),
                        ('distraction', models.TextField()),
                        ('people_to_ask', models.TextField()),
                        ('professionals', models.TextField()),
                        ('safe_environment', models.TextField()),
                        ('review_on', models.DateField(blank=True, null=True)),
                        ('signed_at', models.DateTimeField()),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='safety_plans', to='clients.client')),
                        ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('client', 'number'), name='risk_safety_plan_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SafetyPlanCopy',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('holder', models.CharField(choices=[('client', 'The client'), ('therapist', 'Therapist'), ('prescriber', 'Prescriber'), ('family', 'Family')], max_length=10)),
                        ('name', models.CharField(blank=True, max_length=150)),
                        ('given_on', models.DateField()),
                        ('recorded_at', models.DateTimeField()),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='risk.safetyplan')),
                        ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['given_on', 'recorded_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('holder', 'family'), _negated=True), models.Q(('name', ''), _negated=True), _connector='OR'), name='risk_family_copy_is_named'), models.UniqueConstraint(fields=('plan', 'holder', 'name', 'given_on'), name='risk_copy_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OnCallChannels',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('by_email', models.BooleanField(default=True)),
                        ('by_sms', models.BooleanField(default=False)),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='on_call_channels', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('by_email', True), ('by_sms', True), _connector='OR'), name='risk_channels_at_least_one')],
                    },
                ),
                migrations.CreateModel(
                    name='OnCallTurn',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('place', models.CharField(choices=[('first', 'First'), ('second', 'Second'), ('lead', 'Lead')], max_length=10)),
                        ('hours', models.CharField(choices=[('office', 'Office hours'), ('out_of_hours', 'Out of hours')], max_length=15)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('added_at', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='on_call_turns', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['starts_at'],
                        'indexes': [models.Index(condition=models.Q(('withdrawn_at', None)), fields=['ends_at'], name='risk_turn_standing')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='risk_turn_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='risk_turn_withdrawn_by')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='falsealarm',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e6e78419f8d27f9e252e28285da76b2b41bf38e0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d679a', table='risk_falsealarm', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='callout',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='50173d2988d57339e46a77969dac5a1623cba3d6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b1598', table='risk_callout', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='safetyplan',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a63360f8c3722f14d4b9f5f6ccb7e606a6bb588', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_efd15', table='risk_safetyplan', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='safetyplancopy',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2a7c36fec5a7590461a242a5a8dd87d73795e6ab', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c8fb7', table='risk_safetyplancopy', when='BEFORE')),
                ),
            ],
        ),
    ]

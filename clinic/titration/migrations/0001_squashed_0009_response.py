import clinic.core.models
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('titration', '0001_initial'), ('titration', '0002_template'), ('titration', '0003_missed_doses'), ('titration', '0004_promises'), ('titration', '0005_favourites'), ('titration', '0006_supply'), ('titration', '0007_gates'), ('titration', '0008_in_place_of'), ('titration', '0009_response')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('formulary', '0001_squashed_0003_review_of_schedules'),
        ('plans', '0001_squashed_0003_medication_consent'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='DosePlan',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('treats', models.CharField(max_length=200, verbose_name='what it is for')),
                        ('began_on', models.DateField()),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='dose_plans', to='clients.client')),
                        ('in_place_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='titration.doseplan')),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='formulary.medication')),
                        ('prescriber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('treatment_plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dose_plans', to='plans.treatmentplan')),
                    ],
                    options={
                        'ordering': ['-began_on'],
                        'indexes': [models.Index(fields=['client', '-began_on'], name='titration_client_newest')],
                    },
                ),
                migrations.CreateModel(
                    name='DosePlanVersion',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('order', models.JSONField()),
                        ('first_on', models.DateField()),
                        ('stop_on', models.DateField(blank=True, null=True)),
                        ('dispense', models.JSONField(default=list)),
                        ('findings', models.JSONField(default=list)),
                        ('regimen', models.JSONField(default=dict, verbose_name='what the regimen check found')),
                        ('formulary_version', models.CharField(max_length=20)),
                        ('template', models.CharField(blank=True, max_length=60)),
                        ('signed_at', models.DateTimeField()),
                        ('superseded_at', models.DateTimeField(blank=True, null=True)),
                        ('dose_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='titration.doseplan')),
                        ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('dose_plan', 'number'), name='titration_version_number_once'), models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('dose_plan',), name='titration_one_current_version')],
                    },
                ),
                migrations.CreateModel(
                    name='DoseChange',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('kind', models.CharField(choices=[('start', 'Started'), ('increase', 'Increased'), ('decrease', 'Decreased'), ('replan', 'Schedule changed'), ('hold', 'Held'), ('stop', 'Stopped')], max_length=10)),
                        ('takes_effect_on', models.DateField()),
                        ('from_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
                        ('to_mg', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
                        ('words', models.TextField()),
                        ('reason', models.CharField(max_length=500)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='dose_changes', to='clients.client')),
                        ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='change', to='titration.doseplanversion')),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['client', '-at'], name='titration_client_changes')],
                    },
                ),
                migrations.CreateModel(
                    name='DoseStep',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('first_on', models.DateField()),
                        ('last_on', models.DateField(blank=True, null=True)),
                        ('every_days', models.PositiveSmallIntegerField(default=1)),
                        ('mg_per_day', models.DecimalField(decimal_places=3, max_digits=9)),
                        ('doses', models.JSONField(default=list)),
                        ('words', models.TextField()),
                        ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='titration.doseplanversion')),
                    ],
                    options={
                        'ordering': ['number'],
                        'indexes': [models.Index(fields=['first_on'], name='titration_step_first_on')],
                        'constraints': [models.UniqueConstraint(fields=('version', 'number'), name='titration_step_number_once'), models.CheckConstraint(condition=models.Q(('last_on', None), ('last_on__gte', models.F('first_on')), _connector='OR'), name='titration_step_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='FavouriteRegimen',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('name', models.CharField(max_length=100)),
                        ('regimen', models.JSONField()),
                        ('removed_at', models.DateTimeField(blank=True, null=True)),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='formulary.medication')),
                        ('prescriber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['medication__name', 'name'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('prescriber', 'medication', 'name'), name='titration_favourite_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Fill',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('form', models.CharField(max_length=10)),
                        ('release', models.CharField(max_length=4)),
                        ('mg', models.DecimalField(decimal_places=3, max_digits=9)),
                        ('count', models.DecimalField(decimal_places=1, max_digits=6)),
                        ('filled_on', models.DateField()),
                        ('how_known', models.CharField(choices=[('client', 'The client says so'), ('pharmacy', 'The pharmacy says so'), ('dispensed', 'Dispensing record seen')], max_length=10)),
                        ('recorded_at', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('withdrawn_because', models.CharField(blank=True, choices=[('typed_wrong', 'Typed wrong'), ('not_picked_up', 'Not picked up'), ('wrong_client', 'Belongs to another client')], max_length=15)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='fills', to='clients.client')),
                        ('dose_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fills', to='titration.doseplan')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-filled_on', '-id'],
                        'indexes': [models.Index(fields=['client', '-filled_on'], name='titration_client_fills')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('dose_plan', 'form', 'release', 'mg', 'count', 'filled_on'), name='titration_fill_once'), models.CheckConstraint(condition=models.Q(('count__gt', 0), ('mg__gt', 0)), name='titration_fill_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_because', ''), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='titration_fill_withdrawn_by_and_why')],
                    },
                ),
                migrations.CreateModel(
                    name='MissedDoses',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('last_taken_on', models.DateField()),
                        ('first_missed_on', models.DateField()),
                        ('goes_on_on', models.DateField()),
                        ('onward', models.CharField(choices=[('resume', 'Goes on, moved by the missed days'), ('keep', 'Goes on, on its planned days'), ('restart', 'Begun again')], max_length=10)),
                        ('rule', models.TextField(blank=True)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='missed', to='titration.doseplanversion')),
                    ],
                    options={
                        'ordering': ['-at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('first_missed_on__lt', models.F('goes_on_on')), ('last_taken_on__lt', models.F('first_missed_on'))), name='titration_missed_days_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='PlanStay',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('until', models.DateField()),
                        ('reason', models.CharField(max_length=300)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_stays', to='clients.client')),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['client', '-at'], name='titration_client_stays')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='titration_stay_says_why')],
                    },
                ),
                migrations.CreateModel(
                    name='RefillRequest',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('days', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('asked_by', models.CharField(choices=[('client', 'The client'), ('pharmacy', 'The pharmacy'), ('team', 'The care team')], max_length=10, verbose_name='who asks')),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('source', models.CharField(blank=True, max_length=60, null=True, unique=True)),
                        ('asked_at', models.DateTimeField()),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='refill_requests', to='clients.client')),
                        ('dose_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refill_requests', to='titration.doseplan')),
                        ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='titration.dosestep')),
                    ],
                    options={
                        'ordering': ['-asked_at'],
                        'indexes': [models.Index(fields=['client', '-asked_at'], name='titration_client_refills')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('days', None), ('days__gt', 0), _connector='OR'), name='titration_refill_days'), models.CheckConstraint(condition=models.Q(('entered_by__isnull', False), models.Q(('asked_by', 'client'), ('source__isnull', False)), _connector='OR'), name='titration_refill_entered_by_or_source')],
                    },
                ),
                migrations.CreateModel(
                    name='RefillDecision',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('outcome', models.CharField(choices=[('approved', 'Approved'), ('changed', 'Approved with a changed amount'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=10)),
                        ('first_on', models.DateField(blank=True, null=True)),
                        ('days', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('units', models.JSONField(blank=True, default=list)),
                        ('text', models.TextField(blank=True)),
                        ('remarks', models.JSONField(blank=True, default=list)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('step', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='titration.dosestep')),
                        ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='titration.refillrequest')),
                    ],
                    options={
                        'ordering': ['-at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('days__gt', 0), ('first_on__isnull', False), ('outcome__in', ['approved', 'changed']), ('step__isnull', False), models.Q(('text', ''), _negated=True)), models.Q(('days', None), ('first_on', None), ('outcome__in', ['declined', 'withdrawn']), ('step', None), ('text', '')), _connector='OR'), name='titration_renewal_is_whole'), models.CheckConstraint(condition=models.Q(('outcome', 'approved'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='titration_refill_decided_says_why')],
                    },
                ),
                migrations.CreateModel(
                    name='ResponseThresholds',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('number', models.PositiveSmallIntegerField(unique=True)),
                        ('adequate_weeks', models.PositiveSmallIntegerField()),
                        ('better_percent', models.PositiveSmallIntegerField()),
                        ('worse_points', models.PositiveSmallIntegerField()),
                        ('silent_weeks', models.PositiveSmallIntegerField()),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('adequate_weeks__gt', 0), ('better_percent__range', (1, 100)), ('silent_weeks__gt', 0), ('worse_points__gt', 0)), name='titration_thresholds_of_something')],
                    },
                ),
                migrations.CreateModel(
                    name='SafetyOverride',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('code', models.CharField(max_length=40)),
                        ('key', models.CharField(default='', max_length=120)),
                        ('finding', models.JSONField()),
                        ('reason_code', models.CharField(choices=[('benefit', 'Benefit outweighs the risk'), ('tolerated', 'Taken before and tolerated'), ('will_monitor', 'Will monitor'), ('intended', 'Intended and discussed with the client'), ('checks_unavailable', 'Checks unavailable'), ('other', 'Other')], max_length=20)),
                        ('words', models.CharField(max_length=300)),
                        ('monitors', models.CharField(blank=True, max_length=30, verbose_name='what is measured')),
                        ('monitor_by', models.DateField(blank=True, null=True, verbose_name='by which day')),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('monitor_owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='titration.doseplanversion')),
                    ],
                    options={
                        'ordering': ['at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('monitor_by', None), ('monitor_owner', None), ('monitors', '')), models.Q(models.Q(('monitors', ''), _negated=True), ('monitor_by__isnull', False), ('monitor_owner__isnull', False)), _connector='OR'), name='titration_promise_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('reason_code', 'will_monitor'), _negated=True), models.Q(('monitors', ''), _negated=True), _connector='OR'), name='titration_will_monitor_says_what')],
                    },
                ),
                migrations.CreateModel(
                    name='SideEffect',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('code', models.CharField(max_length=20)),
                        ('words', models.CharField(max_length=100)),
                        ('began_on', models.DateField()),
                        ('began_mg', models.DecimalField(decimal_places=3, max_digits=9)),
                        ('ended_on', models.DateField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='side_effects', to='clients.client')),
                        ('dose_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='side_effects', to='titration.doseplan')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-began_on', '-id'],
                        'indexes': [models.Index(fields=['client', '-began_on'], name='titration_client_effects')],
                        'constraints': [models.UniqueConstraint(models.F('dose_plan'), models.F('code'), django.db.models.functions.text.Lower('words'), condition=models.Q(('ended_on', None)), name='titration_effect_once'), models.CheckConstraint(condition=models.Q(models.Q(('words', ''), _negated=True), ('began_mg__gte', 0)), name='titration_effect_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('ended_on', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('ended_on__gte', models.F('began_on'))), _connector='OR'), name='titration_effect_ended_by_and_when')],
                    },
                ),
                migrations.CreateModel(
                    name='SideEffectNote',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('noted_on', models.DateField()),
                        ('severity', models.PositiveSmallIntegerField(choices=[(0, 'Not at all'), (1, 'A little'), (2, 'Quite a bit'), (3, 'A lot')])),
                        ('mg_per_day', models.DecimalField(decimal_places=3, max_digits=9)),
                        ('done', models.CharField(blank=True, choices=[('watched', 'Watched'), ('advised', 'Advice given'), ('time', 'Taken at another time'), ('lowered', 'Dose lowered'), ('treated', 'Treated'), ('stopped', 'Medication stopped')], max_length=10, verbose_name='what was done')),
                        ('words', models.CharField(blank=True, max_length=300)),
                        ('source', models.CharField(blank=True, max_length=80, null=True, unique=True)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('side_effect', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='titration.sideeffect')),
                    ],
                    options={
                        'ordering': ['-noted_on', '-at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('severity__lte', 3)), name='titration_effect_severity'), models.CheckConstraint(condition=models.Q(('by__isnull', False), models.Q(('done', ''), ('source__isnull', False)), _connector='OR'), name='titration_effect_noted_by')],
                    },
                ),
                migrations.CreateModel(
                    name='StepGate',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('step_first_on', models.DateField()),
                        ('mg_per_day', models.DecimalField(decimal_places=3, max_digits=9)),
                        ('waits_for', models.CharField(choices=[('result', 'A result within a range'), ('answer', 'A check-in without worry'), ('decision', "The prescriber's decision")], max_length=10)),
                        ('measured', models.CharField(blank=True, max_length=30)),
                        ('good_from', models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                        ('good_to', models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                        ('stay_days', models.PositiveSmallIntegerField()),
                        ('state', models.CharField(choices=[('waiting', 'Waits'), ('passed', 'Passed'), ('ended', 'Taken away')], default='waiting', max_length=10)),
                        ('last_words', models.CharField(blank=True, max_length=300, verbose_name='what came in so far')),
                        ('judged_at', models.DateTimeField(blank=True, null=True)),
                        ('set_at', models.DateTimeField()),
                        ('dose_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gates', to='titration.doseplan')),
                        ('judged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['step_first_on'],
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['step_first_on'], name='titration_waiting_gates')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('dose_plan', 'step_first_on'), name='titration_one_gate_a_step'), models.CheckConstraint(condition=models.Q(models.Q(('waits_for', 'result'), models.Q(('measured', ''), _negated=True), models.Q(('good_from__isnull', False), ('good_to__isnull', False), _connector='OR')), models.Q(models.Q(('waits_for', 'result'), _negated=True), ('good_from', None), ('good_to', None), ('measured', '')), _connector='OR'), name='titration_gate_says_what_is_good'), models.CheckConstraint(condition=models.Q(models.Q(('judged_at', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('judged_at__isnull', False)), _connector='OR'), name='titration_gate_judged_at'), models.CheckConstraint(condition=models.Q(('stay_days__gte', 1)), name='titration_gate_stays_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='TrialEnd',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('why', models.CharField(choices=[('no_effect', 'Did not help'), ('side_effects', 'Side effects'), ('cost', 'Cost or insurance'), ('choice', 'Own choice'), ('other', 'Other'), ('unknown', 'Not known')], max_length=15)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('dose_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trial_ends', to='titration.doseplan')),
                    ],
                    options={
                        'ordering': ['-at'],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='doseplanversion',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dispense" IS DISTINCT FROM (NEW."dispense") OR OLD."dose_plan_id" IS DISTINCT FROM (NEW."dose_plan_id") OR OLD."findings" IS DISTINCT FROM (NEW."findings") OR OLD."first_on" IS DISTINCT FROM (NEW."first_on") OR OLD."formulary_version" IS DISTINCT FROM (NEW."formulary_version") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."order" IS DISTINCT FROM (NEW."order") OR OLD."regimen" IS DISTINCT FROM (NEW."regimen") OR OLD."signed_at" IS DISTINCT FROM (NEW."signed_at") OR OLD."signed_by_id" IS DISTINCT FROM (NEW."signed_by_id") OR OLD."stop_on" IS DISTINCT FROM (NEW."stop_on") OR OLD."template" IS DISTINCT FROM (NEW."template"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a5f6a03db2c847e1dcccf1d702f4945bfe4614f8', operation='UPDATE', pgid='pgtrigger_signed_never_changes_3c2ec', table='titration_doseplanversion', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='doseplanversion',
                    trigger=pgtrigger.compiler.Trigger(name='signed_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2c86bcbece0a97173504f710e80257677d6f2dff', operation='DELETE', pgid='pgtrigger_signed_never_deleted_550d8', table='titration_doseplanversion', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='dosechange',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d0f27d08058cd95d2ba32189af7f91244c4219fc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_98392', table='titration_dosechange', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='dosestep',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3957acb81fd57ac811d62c6da0f87db386d6b9c6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_62f78', table='titration_dosestep', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='fill',
                    trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."count" IS DISTINCT FROM (NEW."count") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dose_plan_id" IS DISTINCT FROM (NEW."dose_plan_id") OR OLD."filled_on" IS DISTINCT FROM (NEW."filled_on") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."how_known" IS DISTINCT FROM (NEW."how_known") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."mg" IS DISTINCT FROM (NEW."mg") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."release" IS DISTINCT FROM (NEW."release"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='86d3b730f79bfd9320351cfc4db51ec3a86b642c', operation='UPDATE', pgid='pgtrigger_only_withdrawn_95796', table='titration_fill', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='fill',
                    trigger=pgtrigger.compiler.Trigger(name='withdrawn_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.withdrawn_at IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d5bb6ced72c131d53aeaf9f038f30e78cd46d1d6', operation='UPDATE', pgid='pgtrigger_withdrawn_once_5da59', table='titration_fill', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='fill',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a152fdd01cd94bb3a96329ab74b77987eaba02cc', operation='DELETE', pgid='pgtrigger_never_deleted_7b012', table='titration_fill', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='misseddoses',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e51736351f6a47b6b71250e4f9fddefc7321d016', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_aad5c', table='titration_misseddoses', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='planstay',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f53c8ec3ddd3dc86d9858a90f026bfc197cb8c29', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ff549', table='titration_planstay', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='refillrequest',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f6d7d5073dc8c027b47d586d65377479684dfa96', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f1b3f', table='titration_refillrequest', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='refilldecision',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='08fb085d09f0762946d019e0f40db629b4958450', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb143', table='titration_refilldecision', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='responsethresholds',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='746bc730dcca0658ace1c5e04c79bfef9d6c53c1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_88b4c', table='titration_responsethresholds', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='safetyoverride',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4a0c6576c9bf5aced706eff40b7595e23a86990e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_949ee', table='titration_safetyoverride', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sideeffect',
                    trigger=pgtrigger.compiler.Trigger(name='only_ended', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."began_mg" IS DISTINCT FROM (NEW."began_mg") OR OLD."began_on" IS DISTINCT FROM (NEW."began_on") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dose_plan_id" IS DISTINCT FROM (NEW."dose_plan_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."words" IS DISTINCT FROM (NEW."words"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f6155dd1cfecfc6ddf2ea405143fa860a9771d57', operation='UPDATE', pgid='pgtrigger_only_ended_2c75a', table='titration_sideeffect', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sideeffect',
                    trigger=pgtrigger.compiler.Trigger(name='ended_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.ended_on IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='869e4c9a89b840a17566c6f1528214ff2f487053', operation='UPDATE', pgid='pgtrigger_ended_once_70163', table='titration_sideeffect', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sideeffect',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e00eb2102e1b4ac3855491aeca3f04deb6543d12', operation='DELETE', pgid='pgtrigger_never_deleted_18df9', table='titration_sideeffect', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sideeffectnote',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='796e0107a41eef4211dc65484ff22f563d355614', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_019f1', table='titration_sideeffectnote', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='stepgate',
                    trigger=pgtrigger.compiler.Trigger(name='gate_stays_as_set', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dose_plan_id" IS DISTINCT FROM (NEW."dose_plan_id") OR OLD."good_from" IS DISTINCT FROM (NEW."good_from") OR OLD."good_to" IS DISTINCT FROM (NEW."good_to") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."measured" IS DISTINCT FROM (NEW."measured") OR OLD."mg_per_day" IS DISTINCT FROM (NEW."mg_per_day") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."stay_days" IS DISTINCT FROM (NEW."stay_days") OR OLD."waits_for" IS DISTINCT FROM (NEW."waits_for"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='709c07b0305dc8fcf84981e81e5bbf78292042db', operation='UPDATE', pgid='pgtrigger_gate_stays_as_set_0568d', table='titration_stepgate', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='stepgate',
                    trigger=pgtrigger.compiler.Trigger(name='gate_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b37a1105c756683468228f1878d73e7143d4b5b9', operation='DELETE', pgid='pgtrigger_gate_never_deleted_2e4e2', table='titration_stepgate', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='trialend',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9a1a9932af4ff71f9a7efe78612ec77a099177ab', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5d787', table='titration_trialend', when='BEFORE')),
                ),
            ],
        ),
    ]

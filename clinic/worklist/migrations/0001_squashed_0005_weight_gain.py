import clinic.core.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('worklist', '0001_initial'), ('worklist', '0002_supply_duties'), ('worklist', '0003_step_waits'), ('worklist', '0004_monitoring_duties'), ('worklist', '0005_weight_gain')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('call_client', 'Call the client'), ('silent_checkin', 'No answer to a check-in'), ('message_failed', 'A message could not be delivered'), ('book_visit', 'Book a visit'), ('check_insurance', 'Check insurance'), ('review_difference', 'Settle a difference with an imported chart'), ('monitor', 'Monitor as promised'), ('monitoring_due', 'Monitoring due'), ('weight_gain', 'Weight gain to review'), ('critical_result', 'A critical result'), ('refill_asked', 'Refill asked'), ('runs_out', 'Runs out before the next visit'), ('step_waits', 'A dose step waits'), ('other', 'Other')], max_length=30)),
                ('reason', models.CharField(max_length=300)),
                ('about', models.CharField(blank=True, max_length=120, null=True, unique=True)),
                ('urgent', models.BooleanField(default=False)),
                ('owner_role', models.CharField(choices=[('prescriber', 'Prescriber'), ('therapist', 'Therapist'), ('coordinator', 'Care coordinator'), ('administrator', 'Clinic administrator'), ('auditor', 'Auditor')], max_length=20)),
                ('due_at', models.DateTimeField()),
                ('snoozed_until', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Done'), ('reached', 'Reached'), ('left_message', 'Left a message'), ('wrong_number', 'Wrong number'), ('declined', 'Declined'), ('no_longer_needed', 'No longer needed')], max_length=20)),
                ('outcome_note', models.CharField(blank=True, max_length=500)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='work_items', to='clients.client')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='work_items', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-urgent', 'due_at'],
                'indexes': [models.Index(condition=models.Q(('closed_at', None)), fields=['owner_role', 'due_at'], name='worklist_open_by_role'), models.Index(fields=['client', '-due_at'], name='worklist_client_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('outcome', '')), models.Q(('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='worklist_closed_with_outcome')],
            },
        ),
    ]

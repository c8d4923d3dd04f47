import clinic.core.models
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('messaging', '0001_initial'), ('messaging', '0002_taken_back'), ('messaging', '0003_delivery_reports'), ('messaging', '0004_limits'), ('messaging', '0005_operations'), ('messaging', '0006_texts'), ('messaging', '0007_shipped_texts')]

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='Reminder',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('about_kind', models.CharField(max_length=30)),
                        ('about_id', models.UUIDField()),
                        ('step', models.PositiveSmallIntegerField(default=1)),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS')], max_length=5)),
                        ('local_date', models.DateField()),
                        ('due_at', models.DateTimeField()),
                        ('next_try_at', models.DateTimeField()),
                        ('state', models.CharField(choices=[('due', 'Waiting'), ('claimed', 'Being sent'), ('unknown', 'Sent, answer lost: to be asked'), ('accepted', 'Accepted by the gateway'), ('refused', 'Refused for good'), ('gave_up', 'Given up after the last try'), ('cancelled', 'No longer wanted')], default='due', max_length=10)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('lease_until', models.DateTimeField(blank=True, null=True)),
                        ('lease_token', models.UUIDField(blank=True, null=True)),
                        ('idem_key', models.UUIDField(unique=True)),
                        ('provider_ref', models.CharField(blank=True, max_length=100)),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('delivered_at', models.DateTimeField(blank=True, null=True)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('closed_because', models.CharField(blank=True, max_length=120)),
                        ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                        ('shifted_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='clients.client')),
                    ],
                    options={
                        'ordering': ['due_at'],
                        'indexes': [models.Index(condition=models.Q(('state__in', ['due', 'claimed', 'unknown'])), fields=['next_try_at'], name='messaging_open_by_time'), models.Index(fields=['client', '-due_at'], name='messaging_client_newest'), models.Index(fields=['about_kind', 'about_id'], name='messaging_about'), models.Index(fields=['closed_at'], name='messaging_closed'), models.Index(condition=models.Q(('channel', 'sms'), models.Q(('provider_ref', ''), _negated=True)), fields=['provider_ref'], name='messaging_sms_reference')],
                        'constraints': [models.UniqueConstraint(fields=('about_kind', 'about_id', 'channel', 'step'), name='messaging_reminder_once'), models.CheckConstraint(condition=models.Q(models.Q(('lease_token__isnull', False), ('lease_until__isnull', False), ('state', 'claimed')), models.Q(models.Q(('state', 'claimed'), _negated=True), ('lease_token', None)), _connector='OR'), name='messaging_claimed_has_lease')],
                    },
                ),
                migrations.CreateModel(
                    name='DeliveryAttempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('outcome', models.CharField(max_length=20)),
                        ('detail', models.CharField(blank=True, max_length=200)),
                        ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delivery_attempts', to='messaging.reminder')),
                    ],
                    options={
                        'ordering': ['at'],
                    },
                ),
                migrations.CreateModel(
                    name='DeliveryReport',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('event_id', models.CharField(max_length=100, unique=True)),
                        ('reference', models.CharField(max_length=100)),
                        ('state', models.CharField(choices=[('accepted', 'Accepted'), ('delivered', 'Delivered'), ('failed', 'Failed')], max_length=10)),
                        ('at', models.DateTimeField()),
                        ('applied_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['at'],
                        'indexes': [models.Index(condition=models.Q(('applied_at', None)), fields=['reference'], name='messaging_reports_waiting')],
                    },
                ),
                migrations.CreateModel(
                    name='MessageText',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('about_kind', models.CharField(max_length=30)),
                        ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], max_length=2)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('words', models.CharField(max_length=80)),
                        ('subject', models.CharField(max_length=80)),
                        ('written_at', models.DateTimeField()),
                        ('approved_at', models.DateTimeField(blank=True, null=True)),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['about_kind', 'language', '-number'],
                        'constraints': [models.UniqueConstraint(fields=('about_kind', 'language', 'number'), name='messaging_text_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='messaging_text_approved_by'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('written_by')), _negated=True), name='messaging_text_second_person'), models.CheckConstraint(condition=models.Q(('written_by__isnull', False), ('approved_by__isnull', False), _connector='OR'), name='messaging_text_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='OptOut',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS')], max_length=5)),
                        ('address', models.CharField(max_length=254)),
                        ('said_at', models.DateTimeField()),
                        ('said_by', models.CharField(default='client', max_length=20)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('channel', 'address'), name='messaging_one_live_opt_out')],
                    },
                ),
                migrations.CreateModel(
                    name='OutboxMessage',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('idem_key', models.UUIDField(unique=True)),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS')], max_length=5)),
                        ('to', models.CharField(max_length=254)),
                        ('sender', models.CharField(max_length=60)),
                        ('subject', models.CharField(blank=True, max_length=200)),
                        ('text', models.TextField()),
                        ('times_received', models.PositiveIntegerField(default=1)),
                        ('accepted_at', models.DateTimeField()),
                    ],
                    options={
                        'ordering': ['-accepted_at'],
                        'indexes': [models.Index(fields=['-accepted_at'], name='messaging_outbox_newest')],
                    },
                ),
                migrations.CreateModel(
                    name='Release',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('identity', models.CharField(max_length=60, unique=True)),
                        ('reason', models.CharField(max_length=200)),
                        ('released_at', models.DateTimeField()),
                        ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Resending',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('reason', models.CharField(max_length=200)),
                        ('was', models.CharField(choices=[('due', 'Waiting'), ('claimed', 'Being sent'), ('unknown', 'Sent, answer lost: to be asked'), ('accepted', 'Accepted by the gateway'), ('refused', 'Refused for good'), ('gave_up', 'Given up after the last try'), ('cancelled', 'No longer wanted')], max_length=10, verbose_name='state before')),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resendings', to='messaging.reminder')),
                    ],
                    options={
                        'ordering': ['-at'],
                    },
                ),
                migrations.CreateModel(
                    name='SignedLink',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('about_kind', models.CharField(max_length=30)),
                        ('about_id', models.UUIDField()),
                        ('token_hash', models.BinaryField(max_length=32, unique=True)),
                        ('expires_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('tries_left', models.PositiveSmallIntegerField(default=5)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed_links', to='clients.client')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['about_kind', 'about_id'], name='messaging_link_about')],
                    },
                ),
                migrations.CreateModel(
                    name='ChannelPause',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS')], max_length=5)),
                        ('reason', models.CharField(max_length=200)),
                        ('paused_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('paused_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('channel',), name='messaging_one_live_pause'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='messaging_pause_ended_by')],
                    },
                ),
                migrations.CreateModel(
                    name='CountedText',
                    fields=[
                        ('reminder', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='counted', serialize=False, to='messaging.reminder')),
                        ('number', models.CharField(max_length=32)),
                        ('on', models.DateField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['number', 'on'], name='messaging_counted_number')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='resending',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4c8524b8ce06006431c81cd6460e1908fe614418', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7e4f9', table='messaging_resending', when='BEFORE')),
                ),
            ],
        ),
    ]

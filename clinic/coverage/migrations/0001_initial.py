import clinic.core.models
import django.db.models.deletion
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

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
                    name='Coverage',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('payer', models.CharField(max_length=150)),
                        ('plan_name', models.CharField(blank=True, max_length=150)),
                        ('plan_type', models.CharField(choices=[('commercial', 'Commercial'), ('medicaid', 'Medicaid'), ('medicare', 'Medicare'), ('self_pay', 'Self-pay'), ('other', 'Other')], default='commercial', max_length=12)),
                        ('member_id', models.CharField(blank=True, max_length=60)),
                        ('group_number', models.CharField(blank=True, max_length=60)),
                        ('rx_bin', models.CharField(blank=True, max_length=20, verbose_name='RxBIN')),
                        ('rx_pcn', models.CharField(blank=True, max_length=20, verbose_name='RxPCN')),
                        ('rx_group', models.CharField(blank=True, max_length=20, verbose_name='RxGrp')),
                        ('subscriber_name', models.CharField(blank=True, max_length=200)),
                        ('subscriber_relationship', models.CharField(blank=True, max_length=40)),
                        ('rank', models.PositiveSmallIntegerField(default=1, verbose_name='1 primary, 2 secondary')),
                        ('began_on', models.DateField(blank=True, null=True)),
                        ('ended_on', models.DateField(blank=True, null=True)),
                        ('origin', models.CharField(choices=[('staff', 'Entered by staff'), ('import', 'Another system')], max_length=10)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coverages', to='clients.client')),
                    ],
                    options={
                        'ordering': ['rank', '-began_on'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('began_on', None), ('ended_on', None), ('ended_on__gte', models.F('began_on')), _connector='OR'), name='coverage_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='EligibilityCheck',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('checked_at', models.DateTimeField()),
                        ('method', models.CharField(choices=[('phone', 'Phone'), ('portal', "Payer's portal"), ('card', 'Card seen')], max_length=10)),
                        ('result', models.CharField(choices=[('active', 'Active'), ('inactive', 'Not active'), ('unclear', 'Unclear')], max_length=12)),
                        ('reference', models.CharField(blank=True, max_length=80)),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='eligibility_checks', to='coverage.coverage')),
                    ],
                    options={
                        'ordering': ['-checked_at'],
                    },
                ),
                migrations.CreateModel(
                    name='PriorAuthorization',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('status', models.CharField(choices=[('needed', 'Needed'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('denied', 'Denied'), ('appealed', 'Appealed'), ('withdrawn', 'Withdrawn')], default='needed', max_length=12)),
                        ('reference', models.CharField(blank=True, max_length=80)),
                        ('submitted_on', models.DateField(blank=True, null=True)),
                        ('approved_from', models.DateField(blank=True, null=True)),
                        ('expires_on', models.DateField(blank=True, null=True)),
                        ('note', models.CharField(blank=True, max_length=500)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prior_authorizations', to='clients.client')),
                        ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prior_authorizations', to='coverage.coverage')),
                        ('medication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='formulary.medication')),
                    ],
                    options={
                        'ordering': ['-created_at'],
                    },
                ),
            ],
        ),
    ]

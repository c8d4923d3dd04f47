import clinic.core.models
import django.db.models.deletion
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clients', '0001_squashed_0003_search_words'),
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='ImportedResource',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('system', models.CharField(max_length=200)),
                        ('value', models.CharField(max_length=200)),
                        ('resource_type', models.CharField(max_length=40)),
                        ('digest', models.CharField(max_length=64)),
                        ('values', models.JSONField(blank=True, default=dict)),
                        ('row_model', models.CharField(blank=True, max_length=60)),
                        ('row_id', models.UUIDField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imported_resources', to='clients.client')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['resource_type', 'value'], name='exchange_by_value')],
                        'constraints': [models.UniqueConstraint(fields=('client', 'system', 'resource_type', 'value'), name='exchange_resource_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportDifference',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('field', models.CharField(max_length=240)),
                        ('ours', models.TextField(blank=True)),
                        ('theirs', models.TextField(blank=True)),
                        ('found_at', models.DateTimeField()),
                        ('kept', models.CharField(blank=True, choices=[('ours', 'Kept ours'), ('theirs', 'Took theirs')], max_length=6)),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                        ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_differences', to='clients.client')),
                        ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('resource', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='exchange.importedresource')),
                    ],
                    options={
                        'ordering': ['found_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('client', 'resource', 'field'), name='exchange_one_open_difference', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('kept', ''), ('settled_at', None), ('settled_by', None)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False), models.Q(('kept', ''), _negated=True)), _connector='OR'), name='exchange_settled_by')],
                    },
                ),
            ],
        ),
    ]

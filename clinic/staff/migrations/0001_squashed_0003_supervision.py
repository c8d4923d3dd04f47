import clinic.core.models
import clinic.staff.roles
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('staff', '0001_initial'), ('staff', '0002_medical_director'), ('staff', '0003_supervision')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('full_name', models.CharField(max_length=150)),
                ('credentials', models.CharField(blank=True, max_length=60)),
                ('phone', models.CharField(blank=True, max_length=32)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('prescriber', 'Prescriber'), ('therapist', 'Therapist'), ('coordinator', 'Care coordinator'), ('administrator', 'Clinic administrator'), ('auditor', 'Auditor')], max_length=20), size=2)),
                ('acting_role', models.CharField(choices=[('prescriber', 'Prescriber'), ('therapist', 'Therapist'), ('coordinator', 'Care coordinator'), ('administrator', 'Clinic administrator'), ('auditor', 'Auditor')], max_length=20)),
                ('is_active', models.BooleanField(default=True)),
                ('is_medical_director', models.BooleanField(default=False)),
                ('is_demo', models.BooleanField(default=False)),
                ('supervisor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainees', to=settings.AUTH_USER_MODEL, verbose_name='co-signs notes')),
            ],
            options={
                'ordering': ['full_name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='staff_user_email_lower_case'), models.CheckConstraint(condition=models.Q(('roles__contains', [models.F('acting_role')])), name='staff_user_acts_as_own_role'), models.CheckConstraint(condition=models.Q(('is_medical_director', False), ('roles__contains', [clinic.staff.roles.Role['PRESCRIBER']]), _connector='OR'), name='staff_medical_director_prescribes'), models.CheckConstraint(condition=models.Q(('supervisor', None), models.Q(('roles__contains', [clinic.staff.roles.Role['PRESCRIBER']]), models.Q(('supervisor', models.F('id')), _negated=True)), _connector='OR'), name='staff_trainee_prescribes_under_another')],
            },
        ),
    ]

import clinic.core.models
import django.db.models.deletion
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('checkins', '0001_initial')]

    initial = True

    dependencies = [
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='CheckIn',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('step_first_on', models.DateField()),
                        ('step_mg', models.DecimalField(decimal_places=3, max_digits=9)),
                        ('occasion', models.CharField(choices=[('day_4', 'Side effects, early in a step'), ('day_7', 'Doses missed, where no next step follows'), ('before_next_step', 'Before the next step'), ('day_14', "Scale of the plan's goals, two weeks"), ('week_4', 'Response, four weeks'), ('week_8', 'Response, eight weeks'), ('withdrawal_first', 'Withdrawal, soon after a cut'), ('withdrawal_second', 'Withdrawal, later after a cut')], max_length=20)),
                        ('due_on', models.DateField()),
                        ('instrument', models.CharField(blank=True, max_length=20, verbose_name='scale to ask')),
                        ('state', models.CharField(choices=[('planned', 'Planned'), ('answered', 'Answered'), ('expired', 'Not answered'), ('withdrawn', 'Withdrawn')], default='planned', max_length=10)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('silent_at', models.DateTimeField(blank=True, null=True, verbose_name='seen to be silent')),
                    ],
                    options={
                        'ordering': ['-due_on'],
                    },
                ),
                migrations.CreateModel(
                    name='CheckInAnswer',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('feeling', models.PositiveSmallIntegerField(verbose_name='how are you on it, 1 much worse to 5 much better')),
                        ('doses_missed', models.PositiveSmallIntegerField(verbose_name='doses missed in the last 7 days')),
                        ('side_effects', models.JSONField(blank=True, default=list)),
                        ('missed_because', models.CharField(blank=True, choices=[('forgot', 'I forgot'), ('side_effects', 'Because of side effects'), ('better', 'I felt better without'), ('worse', 'I felt too unwell'), ('ran_out', 'I ran out'), ('other', 'Another reason')], max_length=20)),
                        ('thinks_of_stopping', models.BooleanField(default=False)),
                        ('wants_call', models.BooleanField(default=False)),
                        ('wants_visit', models.BooleanField(default=False, verbose_name='would like an appointment sooner')),
                        ('in_crisis', models.BooleanField(default=False)),
                        ('words', models.TextField(blank=True)),
                        ('worries', models.JSONField(blank=True, default=list)),
                        ('is_worrying', models.BooleanField(default=False)),
                        ('answered_at', models.DateTimeField()),
                    ],
                    options={
                        'ordering': ['-answered_at'],
                    },
                ),
                migrations.CreateModel(
                    name='ProtocolChange',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('occasion', models.CharField(choices=[('day_4', 'Side effects, early in a step'), ('day_7', 'Doses missed, where no next step follows'), ('before_next_step', 'Before the next step'), ('day_14', "Scale of the plan's goals, two weeks"), ('week_4', 'Response, four weeks'), ('week_8', 'Response, eight weeks'), ('withdrawal_first', 'Withdrawal, soon after a cut'), ('withdrawal_second', 'Withdrawal, later after a cut')], max_length=20)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('is_on', models.BooleanField()),
                        ('days', models.PositiveSmallIntegerField()),
                        ('silent_after_hours', models.PositiveSmallIntegerField()),
                        ('silences_told', models.PositiveSmallIntegerField()),
                        ('instrument', models.CharField(blank=True, max_length=20, verbose_name='scale to ask')),
                        ('at', models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Sitting',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('instruments', models.JSONField()),
                        ('language', models.CharField(max_length=10)),
                        ('done', models.PositiveSmallIntegerField(default=0)),
                        ('in_danger', models.BooleanField(default=False)),
                        ('opened_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='TriageChange',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('code', models.CharField(choices=[('in_crisis', 'Pressed “I need help now”'), ('self_harm', 'Thoughts of self-harm on a scale'), ('crisis_words', 'Words of crisis in what was written'), ('early_rash', 'A rash within eight weeks of starting lamotrigine'), ('toxicity', 'Signs of too much of a medication'), ('withdrawal', 'Signs of withdrawal'), ('wants_call', 'Asks for a call'), ('bothered_a_lot', 'Bothered by a side effect'), ('stopping', 'Thinks of stopping'), ('doses_missed', 'Doses missed of a medication that may have to begin again'), ('much_worse', 'Feels much worse'), ('score_worse', 'A score higher by the points that its scale calls worse'), ('self_harm_unanswered', 'The question about self-harm left out')], max_length=30)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('level', models.CharField(choices=[('urgent', 'Urgent: call now'), ('soon', 'Soon: call within a day'), ('none', 'None: only shown with the answer')], max_length=10)),
                        ('at_least', models.PositiveSmallIntegerField()),
                        ('at', models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name='AnswerReview',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('at', models.DateTimeField()),
                        ('words', models.CharField(blank=True, max_length=300)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                ),
            ],
        ),
    ]

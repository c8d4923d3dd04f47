import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('checkins', '0002_initial'), ('checkins', '0003_protocols'), ('checkins', '0004_triage'), ('checkins', '0005_once_a_day_of_a_step'), ('checkins', '0006_wants_visit'), ('checkins', '0007_protocol_instrument'), ('checkins', '0008_sittings')]

    initial = True

    dependencies = [
        ('checkins', '0001_squashed_0001_initial'),
        ('clients', '0001_squashed_0003_search_words'),
        ('scales', '0001_squashed_0005_responses_stay'),
        ('staff', '__first__'),
        ('titration', '0001_squashed_0009_response'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.AddField(
                    model_name='checkin',
                    name='client',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='checkins', to='clients.client'),
                ),
                migrations.AddField(
                    model_name='checkin',
                    name='dose_plan',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checkins', to='titration.doseplan'),
                ),
                migrations.AddField(
                    model_name='checkinanswer',
                    name='checkin',
                    field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='checkins.checkin'),
                ),
                migrations.AddField(
                    model_name='checkinanswer',
                    name='client',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='checkin_answers', to='clients.client'),
                ),
                migrations.AddField(
                    model_name='checkinanswer',
                    name='scale_response',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scales.scaleresponse'),
                ),
                migrations.AddField(
                    model_name='answerreview',
                    name='answer',
                    field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='checkins.checkinanswer'),
                ),
                migrations.AddField(
                    model_name='protocolchange',
                    name='by',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AddField(
                    model_name='sitting',
                    name='client',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sittings', to='clients.client'),
                ),
                migrations.AddField(
                    model_name='sitting',
                    name='opened_by',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AddField(
                    model_name='triagechange',
                    name='by',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AddIndex(
                    model_name='checkin',
                    index=models.Index(fields=['client', '-due_on'], name='checkins_client_newest'),
                ),
                migrations.AddIndex(
                    model_name='checkin',
                    index=models.Index(condition=models.Q(('state', 'planned')), fields=['due_on'], name='checkins_planned'),
                ),
                migrations.AddIndex(
                    model_name='checkin',
                    index=models.Index(condition=models.Q(('silent_at', None), ('state__in', ['planned', 'expired'])), fields=['due_on'], name='checkins_may_be_silent'),
                ),
                migrations.AddConstraint(
                    model_name='checkin',
                    constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('dose_plan', 'step_first_on', 'step_mg', 'occasion', 'due_on'), name='checkins_once_a_day_of_a_step'),
                ),
                migrations.AddConstraint(
                    model_name='checkin',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'planned')), models.Q(models.Q(('state', 'planned'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='checkins_closed_at'),
                ),
                migrations.AddIndex(
                    model_name='checkinanswer',
                    index=models.Index(fields=['client', '-answered_at'], name='checkins_answers_newest'),
                ),
                migrations.AddConstraint(
                    model_name='protocolchange',
                    constraint=models.UniqueConstraint(fields=('occasion', 'number'), name='checkins_protocol_number_once'),
                ),
                migrations.AddConstraint(
                    model_name='sitting',
                    constraint=models.CheckConstraint(condition=models.Q(('instruments', []), _negated=True), name='checkins_sitting_asks_something'),
                ),
                migrations.AddConstraint(
                    model_name='triagechange',
                    constraint=models.UniqueConstraint(fields=('code', 'number'), name='checkins_triage_number_once'),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='checkinanswer',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='474af71de3e1eeae8eec621169124d69b6a0f0c5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7712e', table='checkins_checkinanswer', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='answerreview',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='31a78cee6e4efed3f6ec5719a58662d6de6392f0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_303c0', table='checkins_answerreview', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='protocolchange',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a7e4d0d7e83bde235e4a57566253d1e809542a7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8bd5c', table='checkins_protocolchange', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='triagechange',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='60600bb9c35b8c2b63166480634c7636510c0d2e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a1e0d', table='checkins_triagechange', when='BEFORE')),
                ),
            ],
        ),
    ]

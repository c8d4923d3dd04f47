from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worklist", "0004_monitoring_duties")]

    operations = [
        migrations.AlterField(
            model_name="workitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("call_client", "Call the client"),
                    ("silent_checkin", "No answer to a check-in"),
                    ("message_failed", "A message could not be delivered"),
                    ("book_visit", "Book a visit"),
                    ("check_insurance", "Check insurance"),
                    ("review_difference", "Settle a difference with an imported chart"),
                    ("monitor", "Monitor as promised"),
                    ("monitoring_due", "Monitoring due"),
                    ("weight_gain", "Weight gain to review"),
                    ("critical_result", "A critical result"),
                    ("refill_asked", "Refill asked"),
                    ("runs_out", "Runs out before the next visit"),
                    ("step_waits", "A dose step waits"),
                    ("other", "Other"),
                ],
                max_length=30,
            ),
        ),
    ]

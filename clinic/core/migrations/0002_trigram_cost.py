"""Comparing words by trigrams costs hundreds of times what Postgres assumes; told so, it asks the index at any size."""

from django.db import migrations

# The extension may belong to somebody else (a managed server): then search works the same, only slower.
COST = """
DO $$ BEGIN
    ALTER FUNCTION word_similarity_commutator_op(text, text) COST {cost};
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The cost of comparing by trigrams is left as it is.';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_extensions")]

    operations = [migrations.RunSQL(COST.format(cost=250), COST.format(cost=1))]

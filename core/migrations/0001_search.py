"""`core_grams`: the 1- and 2-grams of a text in normal form, immutable, so that a column can be made of it."""

from django.db import migrations

GRAMS = r"""
CREATE FUNCTION core_grams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM (
    SELECT substr($1, place, size) AS gram, size
    FROM generate_series(1, length($1)) AS place, generate_series(1, 2) AS size
) AS grams WHERE length(gram) = size AND gram !~ '[ |]'
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(GRAMS, "DROP FUNCTION core_grams(text)")]

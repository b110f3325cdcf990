"""The reference year 2010 as demonstration records: published totals, invented single records.

Rule: what `plan` works out adds up to the published figures to the fen before a row is written;
nothing here looks at a clock but `pending`, and nothing is random but by a seed.
"""

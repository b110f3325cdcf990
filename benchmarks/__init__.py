"""How fast the parts are that must be fast, measured beside a peer and a limit.

Rule: a benchmark has `peer`, `ours` and `limit`, each doing the job once, and `check`: a wrong
answer has no speed. They run in turn, in rotated order, in one run on one database; machines
differ, so what counts is the ratio, and how it grows from one size to the next.
"""

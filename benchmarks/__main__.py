"""`make bench`: fills ledgers and lists and measures them. Ends with status 1 for a wrong answer.

ARGS=ledger, ARGS=busy or ARGS=lists runs one part. BENCH_SIZES=10000,100000 chooses the sizes of
the ledger (in gifts), BENCH_HISTORIES=0 leaves out the histories, BENCH_GIFTS=100000 the gifts that
lie there before several post at once, BENCH_PROJECTS=100000 the sizes of the lists.
"""

import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from benchmarks import busy, histories, lists  # noqa: E402
from benchmarks.books import Books, database  # noqa: E402
from benchmarks.cases import Cases  # noqa: E402
from benchmarks.measure import exponent, joined, ratios, rounds  # noqa: E402
from benchmarks.posting import BATCH, Posting  # noqa: E402
from benchmarks.trace import Trace  # noqa: E402
from ledger.proof import proofs  # noqa: E402

SIZES = [int(s) for s in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(",")]
PROJECTS = [int(s) for s in os.environ.get("BENCH_PROJECTS", "100000").split(",")]
GIFTS = int(os.environ.get("BENCH_GIFTS", "100000"))
HISTORIES = int(os.environ.get("BENCH_HISTORIES", "2000"))


def say(text: str) -> None:
    print(text, flush=True)


def fill(size: int) -> Books:
    books = Books(size)
    books.fill()
    say(
        f"  filled: {len(books.gifts):,} gifts, {len(books.lines):,} lines,"
        f" {len(books.payments):,} payments, {books.bounced} bounced, {books.refused} refused"
    )
    say(
        f"  gifts in batches of 1,000: {len(books.gifts) / books.seconds['gifts']:,.0f} a second;"
        f" allocations in threes {3 * len(books.lines) / books.seconds['allocations']:,.0f};"
        f" payments in fives {len(books.payments) / books.seconds['payments']:,.0f};"
        f" a bounce {books.seconds['bounces'] / (books.bounced + books.refused) * 1000:.1f} ms"
    )
    return books


def trace(books: Books) -> dict[str, float]:
    job = Trace(books)
    job.check()
    found = rounds(
        {
            "ORM, a query a hop": (job.peer, 1),
            "one gift, all hops": (job.ours, 1),
            "one payment, backwards": (job.backwards, 1),
            "one row by its key": (job.limit, 1),
        }
    )
    limit = joined(found["one row by its key"]).at(0.5)
    for name, timings in found.items():
        timing = joined(timings)
        say(
            f"  {name}: p50 {timing.at(0.5):.2f} ms, p95 {timing.at(0.95):.2f} ms,"
            f" p50 is {timing.at(0.5) / limit:.1f} times a row by its key"
        )
    plan = job.plan()
    if any("Seq Scan" in line for line in plan) or books.gift_count == max(SIZES):
        say("  plan of one gift:\n    " + "\n    ".join(plan))
    ours = joined(found["one gift, all hops"])
    is_bad = books.gift_count >= 100_000 and any("Seq Scan" in line for line in plan)
    return {"p50": ours.at(0.5), "p95": ours.at(0.95), "bad": is_bad}


def posting(books: Books) -> None:
    job = Posting(books)
    found = rounds(
        {
            "ORM with lock": (job.peer, 1),
            "one by one": (job.ours, 1),
            f"batches of {BATCH}": (job.batch, BATCH),
            "bare insert": (job.limit, 1),
        }
    )
    job.check()
    for name, timings in found.items():
        say(
            f"  payments, {name}: {joined(timings).per_second:,.0f} a second,"
            f" {ratios(timings, found['bare insert'])} of a bare insert,"
            f" {ratios(timings, found['ORM with lock'])} of the ORM"
        )


def prove() -> float:
    """Seconds that the whole check takes; raises AssertionError at a fault."""
    start = time.perf_counter()
    for proof in proofs():
        assert not proof.fault, proof.fault
        say(f"    {time.perf_counter() - start:6.1f} s  {proof.count:,} {proof.what}")
    return time.perf_counter() - start


def ledgers() -> int:
    growth: dict[str, dict[int, float]] = {"p50": {}, "p95": {}, "check": {}, "filling": {}}
    bad_plan = False
    for size in SIZES:
        say(f"{size:,} gifts in 200 funds, one with 40%")
        with database():
            books = fill(size)
            growth["filling"][size] = sum(books.seconds.values())
            traced = trace(books)
            bad_plan = bad_plan or bool(traced.pop("bad"))
            for name, value in traced.items():
                growth[name][size] = value
            say("  check_ledger:")
            growth["check"][size] = prove()
            posting(books)
    if HISTORIES:
        with database():
            say(histories.check(HISTORIES))
    say("growth, exponent from the least size to the greatest:")
    for name, values in growth.items():
        say(f"  {name}: {exponent(values)}")
    if bad_plan:
        say("The trace of one gift reads a whole table: see its plan above.")
    return 1 if bad_plan else 0


def projects() -> int:
    for size in PROJECTS:
        say(f"{size:,} projects, a page of thirty")
        with database():
            Cases(size).fill()
            lists.report(say)
    return 0


def several() -> int:
    say(f"several at once, {GIFTS:,} gifts there before")
    with database():
        busy.report(GIFTS, say)
    return 0


PARTS = {"ledger": ledgers, "busy": several, "lists": projects}


def main(names: list[str]) -> int:
    return max(PARTS[name]() for name in names or PARTS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

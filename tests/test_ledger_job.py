"""The nightly proof tells auditors of a fault, and nobody when the ledger adds up."""

from ledger.jobs import prove_ledger, tell_auditors
from ledger.proof import Proof


def test_a_ledger_that_adds_up_is_no_news(make, mailoutbox):
    make.posted_gift()
    prove_ledger.func(timestamp=0)
    assert mailoutbox == []


def test_a_fault_is_told_to_those_who_read_everything(cast, mailoutbox):
    cast.auditor.language = "en"
    cast.auditor.save()
    tell_auditors(Proof("pools", 3, "pool 7: spent is not the sum of what went"))
    assert [mail.to for mail in mailoutbox] == [["auditor@example.org"]]
    assert "pool 7" in mailoutbox[0].body

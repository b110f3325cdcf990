"""The nightly proof of the ledger.

Rule: a fault is told to everybody who may read every office; silence means that it adds up.
"""

from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from ledger.proof import Proof, proofs


@app.periodic(cron="0 19 * * *")  # three at night in Shanghai: the timetable is read in UTC
@app.task(queue="checks", queueing_lock="prove_ledger")
def prove_ledger(timestamp: int) -> None:
    """Proves the ledger from its rows alone, every night at three."""
    fault = next((proof for proof in proofs() if proof.fault), None)
    if fault:
        tell_auditors(fault)


def tell_auditors(fault: Proof) -> None:
    people = get_user_model().objects.with_perm(
        "accounts.see_all_offices", backend="django.contrib.auth.backends.ModelBackend"
    )
    for person in people.exclude(email=""):
        with translation.override(person.language):
            subject = _("The ledger does not add up")
            body = _("The nightly check found: %(fault)s.") % {"fault": fault.fault}
        send_mail(subject, body, None, [person.email])

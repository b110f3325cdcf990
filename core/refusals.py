"""Refusals of the database in the words of the people who meet them.

Rule: every `raise` in a trigger or a function of ours names one key of this table as its message;
what follows the colon is its parameter. A unique value that somebody else was first to save is a
refusal too. Whatever else is not in the table is a fault, not a refusal.
"""

from django.db import DatabaseError, Error, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RAISED, UNIQUE = "P0001", "23505"

WORDS: dict[str, str | Promise] = {
    "status_without_decision": _(
        "The state changes only by a decision, with its moves and checks."
    ),
    "not_first_state": _("A new record starts in its first state."),
    "frozen": _("What was submitted cannot be changed. Return it for revision first."),
    "never_deleted": _("Records are never deleted. Cancel or withdraw it with a reason."),
    "append_only": _("Entries of this book are never changed or removed."),
    "no_such_move": _("This move is not possible from the present state."),
    "own_work": _("You submitted this yourself; another person must decide it."),
    "not_your_step": _("This approval is another person's: another role or the other side."),
    "no_delegation": _("There is no delegation for today from this person to you."),
    "no_deputy": _("A deputy belongs to the same office or to one above it."),
    "fixed_step": _("This step belongs to the life cycle and stays as it is."),
    "not_amendable": _("A project is amended once it is approved and until it is completed."),
    "file_closed": _("The file is closed; nothing is entered in it any more."),
    "struck_out": _("This entry was struck out; it stays as it is."),
    "not_standing": _("The work is reported once the project is approved."),
    "other_project": _("This belongs to another project."),
    "falls_back": _("This is less than was reported before; say why."),
    "more_than_later": _("This is more than a later report says; put that one right first."),
    "quantity_reported": _(
        "A quantity that was reported on stays in the plan; change how much is planned of it."
    ),
    "over_contract": _("The contract has %(parameter)s left; this is more than that."),
    "over_instalment": _("The instalment has %(parameter)s left; this is more than that."),
    "over_instalments": _("The contract has %(parameter)s left for instalments."),
    "instalments_above": _("The instalments add up to %(parameter)s; lower them first."),
    "contract_paid": _("Payments of %(parameter)s are approved under this contract."),
    "contract_used": _("Payments name this contract; its contractor stays, and it is not struck."),
    "instalment_paid": _("Payments of %(parameter)s are approved for this instalment."),
    "instalment_used": _("Payments name this instalment; it stands, and its condition is met."),
    "condition_not_met": _("The condition of the instalment is not met yet: %(parameter)s."),
    "retention_term": _("Retention money is not due before %(parameter)s."),
    "other_contract": _("This contract is not one of the project, or it was struck out."),
    "other_instalment": _("This instalment is not one of the contract, or it was struck out."),
    "other_payee": _("A payment under a contract goes to its contractor: %(parameter)s."),
    "not_approved": _("The project is not approved yet."),
    "paid_before_approval": _("The project was approved on %(parameter)s; nothing is paid before."),
    "over_line": _("The line has %(parameter)s left beside what is approved already."),
    "over_fund": _("The fund has committed %(parameter)s more than it holds."),
    "over_agreed": _("The project would receive %(parameter)s more than was agreed."),
    "bound_gifts": _(
        "Givers have bound money on this line to the project. Name the allocation whose unspent"
        " money goes back."
    ),
    "other_allocation": _("This allocation is not one of the line, or it is not posted."),
    "over_allocation": _("The allocation has %(parameter)s that is not yet sent."),
    "other_remittance": _("This remittance is not one of the project, or it was struck out."),
    "remittance_used": _("Strike out its hops first."),
    "not_your_hop": _("It is for the other side to say that the money arrived there."),
    "hop_day": _("The money left the place before on %(parameter)s; it did not arrive earlier."),
    "hop_next_day": _("The money reached the next place on %(parameter)s already."),
    "hop_amount": _("Only %(parameter)s left the place before; no more can arrive."),
    "hop_next_amount": _("%(parameter)s reached the next place; no less can have arrived here."),
    "own_hand": _("You had a hand in this yourself; another person must judge it."),
    "alarm_cleared": _("This alarm holds no more; there is nothing to set aside."),
    "aside_days": _("An alarm is set aside until a day after today and within a year."),
    "needs_note": _("Give the reason; the person who submitted will read it."),
    "not_named": _("Money moves only by a record that was decided on; nothing was written."),
    "not_enough": _("There is not enough free money: %(parameter)s."),
    "period_closed": _("The period is closed; nothing can be posted in it any more."),
    "period_not_over": _("A period is closed after its last day, not before."),
    "period_twice": _("Some of these days are in a closed period already."),
    "future_day": _("The day cannot be after today."),
    "voucher_twice": _("This voucher has been posted already."),
    "nothing_left": _("Less is left of this entry than you want to take back: %(parameter)s."),
    "no_step_in": _("There is no free money in this fund that could step in."),
    "still_unspent": _("Only %(parameter)s of it is unspent."),
    "taken": _("Somebody has saved the same a moment ago. Look at that record first."),
    "no_such_record": _("There is no such record to add the file to."),
    "record_closed": _("The record is closed; its files stay as they are."),
    "no_photograph": _("A photograph is a picture: JPEG, PNG or WebP."),
    "file_frozen": _("What a file tells of itself stays as it is. Withdraw it with a reason."),
    "ledger_fault": _("The ledger would not add up; nothing was written."),
}


def key_of(error: Error) -> tuple[str, str]:
    """(key, parameter) of a refusal by triggers, functions or unique values; ("", "") if not."""
    cause = error.__cause__
    diagnostics = getattr(cause, "diag", None)
    if diagnostics is None or diagnostics.sqlstate not in (RAISED, UNIQUE):
        return "", ""
    if diagnostics.sqlstate == UNIQUE:
        return "taken", ""
    key, _colon, parameter = (diagnostics.message_primary or "").partition(":")
    return (key, parameter.strip()) if key in WORDS else ("", "")


def in_words(error: Error) -> str:
    """The sentence for a refusal; empty for an error that is none."""
    key, parameter = key_of(error)
    if not key:
        return ""
    return str(WORDS[key]) % {"parameter": parameter}


def is_written(form) -> bool:
    """Writes what a form holds; a refusal of the database becomes a sentence of the form."""
    try:
        with transaction.atomic():
            form.save()
    except DatabaseError as error:
        if not tell(form, error):
            raise
        return False
    return True


def tell(form, error: Error) -> bool:
    """Puts a refusal beside the field that it is about, or over the form; False for a fault."""
    if words := in_words(error):
        name = getattr(form, "refused_at", {}).get(key_of(error)[0], "")
        form.add_error(name if name in form.fields else None, words)
    return bool(words)

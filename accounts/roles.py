"""Who may: one table, role by role. `migrate` writes it to Django's groups, docs/roles.md shows it.

Rule: entry, approval, payment and publication are never one person's on one record; the roles
share the work out, the moves' `not_by` holds it record by record.
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    """A role: its name, the word people see, what it is for, and its permissions."""

    name: str
    word: str | Promise
    purpose: str | Promise
    permissions: tuple[str, ...]


# Entries in the file of a project, and what projects stand in.
ENTRIES = (
    "survey",
    "notice",
    "objection",
    "progressreport",
    "donequantity",
    "milestone",
    "inspection",
    "acceptance",
    "settlement",
    "finding",
    "asset",
    "assetvisit",
    "outcome",
    "contract",
    "instalment",
    "remittance",
    "hop",
    "contribution",
)
FRAME = ("village", "disaster", "planperiod", "target", "agreement", "amendment", "surplus")


def entering(*models: str) -> tuple[str, ...]:
    """The permissions to enter and correct rows of these models of the projects."""
    return tuple(f"projects.{action}_{model}" for model in models for action in ("add", "change"))


SEE_CASES = (
    "accounts.view_office",
    "core.view_attachment",
    *(f"projects.view_{model}" for model in (*ENTRIES, *FRAME)),
    "projects.view_project",
    "projects.view_alarm",
    "projects.view_payment",
    "projects.view_allocation",
    "projects.view_appropriation",
    "training.view_course",
    "training.view_secondment",
    "partnerships.view_twinning",
    "partnerships.view_organisation",
    "ledger.view_fund",
    "donations.view_programme",
)
SEE_GIFTS = (
    "donations.view_donor",
    "donations.view_gift",
    "donations.view_goodsgift",
    "ledger.view_periodclosing",
)

ROLES: tuple[Role, ...] = (
    Role(
        "reporter",
        _("county reporter"),
        _("enters the projects, courses and secondments of a county and submits them"),
        (
            *SEE_CASES,
            "core.add_attachment",
            "projects.add_project",
            "projects.change_project",
            "projects.submit_project",
            "projects.report_project",
            *entering("notice", "objection", "progressreport", "donequantity", "milestone"),
            *entering("acceptance", "finding", "asset", "assetvisit", "outcome"),
            *entering("contract", "instalment", "contribution", "hop", "amendment"),
            "projects.enter_county_hop",
            "projects.submit_amendment",
            "training.add_course",
            "training.change_course",
            "training.add_secondment",
            "training.change_secondment",
        ),
    ),
    Role(
        "reviewer",
        _("prefecture reviewer"),
        _("reviews, approves and accepts for the receiving side, or returns for revision"),
        (
            *SEE_CASES,
            "core.add_attachment",
            "projects.review_project",
            "projects.return_project",
            "projects.approve_project",
            "projects.accept_project",
            "projects.approve_amendment",
            "projects.sign_agreement",
            "projects.set_aside_alarm",
            "projects.add_toldapart",
            *entering("inspection", "acceptance", "finding", "objection", "assetvisit", "hop"),
            "projects.enter_prefecture_hop",
            "training.confirm_course",
            "training.confirm_secondment",
        ),
    ),
    Role(
        "officer",
        _("city officer"),
        _("enters projects, allocations, requests for payment, courses and twinnings for the city"),
        (
            *SEE_CASES,
            *SEE_GIFTS,
            "core.add_attachment",
            "projects.add_project",
            "projects.change_project",
            "projects.submit_project",
            "projects.report_project",
            "projects.survey_project",
            "projects.add_toldapart",
            "projects.agree_project",
            "projects.close_project",
            "projects.return_project",
            *entering("survey", "inspection", "acceptance", "finding", "assetvisit", "outcome"),
            *entering("notice", "objection", "progressreport", "donequantity", "milestone"),
            *entering("asset"),
            *entering("contract", "instalment", "remittance", "hop", "contribution", "surplus"),
            "projects.enter_city_hop",
            *entering("agreement", "disaster", "planperiod", "target", "village"),
            "projects.submit_agreement",
            "projects.add_payment",
            "projects.change_payment",
            "projects.add_allocation",
            "projects.change_allocation",
            "projects.add_appropriation",
            "projects.change_appropriation",
            "training.add_course",
            "training.change_course",
            "training.add_secondment",
            "training.change_secondment",
            "ledger.add_fund",
            "ledger.change_fund",
            "partnerships.add_twinning",
            "partnerships.change_twinning",
            "partnerships.add_organisation",
            "partnerships.change_organisation",
        ),
    ),
    Role(
        "approver",
        _("city approver"),
        _("approves projects, allocations and payments that others have submitted"),
        (
            *SEE_CASES,
            *SEE_GIFTS,
            "core.publish_attachment",
            "projects.approve_project",
            "projects.return_project",
            "projects.suspend_project",
            "projects.set_aside_alarm",
            "projects.add_toldapart",
            "projects.approve_amendment",
            "projects.sign_agreement",
            "projects.approve_payment",
            "projects.approve_allocation",
            "projects.approve_surplus",
            "ledger.close_period",
            "training.confirm_course",
            "training.confirm_secondment",
        ),
    ),
    Role(
        "finance",
        _("finance officer"),
        _("confirms gifts and appropriations against the bank and pays what was approved"),
        (
            *SEE_CASES,
            *SEE_GIFTS,
            "core.add_attachment",
            "donations.confirm_gift",
            "donations.confirm_goodsgift",
            "projects.pay_payment",
            "projects.confirm_appropriation",
            "projects.settle_project",
            "ledger.add_periodclosing",
            "ledger.change_periodclosing",
            "ledger.close_period",
            *entering("settlement", "finding", "remittance", "hop"),
            "projects.enter_city_hop",
        ),
    ),
    Role(
        "clerk",
        _("charity clerk"),
        _("enters donors, programmes and gifts"),
        (
            *SEE_CASES,
            *SEE_GIFTS,
            "core.add_attachment",
            "donations.add_donor",
            "donations.change_donor",
            "donations.add_gift",
            "donations.change_gift",
            "donations.add_goodsgift",
            "donations.change_goodsgift",
            "donations.add_programme",
            "donations.change_programme",
        ),
    ),
    Role(
        "auditor",
        _("auditor"),
        _("reads every record of every office, changes none, and enters findings"),
        (
            *SEE_CASES,
            *SEE_GIFTS,
            *entering("finding"),
            "accounts.see_all_offices",
            "projects.view_alarmrule",
            "core.see_withdrawn_attachment",
            "core.view_note",
            "core.view_reminder",
            "accounts.view_task",
        ),
    ),
    Role("donor", _("donor"), _("sees the own gifts in the portal"), ()),
    Role(
        "sysadmin",
        _("system administrator"),
        _("manages people, offices and code lists; changes no facts"),
        (
            "accounts.view_user",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.view_office",
            "accounts.add_office",
            "accounts.change_office",
            "auth.view_group",
            "core.view_division",
            "core.add_division",
            "core.change_division",
            "core.view_attachmentkind",
            "core.add_attachmentkind",
            "core.change_attachmentkind",
            "core.view_approvalstep",
            "core.add_approvalstep",
            "core.change_approvalstep",
            "projects.view_alarmrule",
            "projects.change_alarmrule",
            "core.view_delegation",
            "core.add_delegation",
            "core.change_delegation",
            "core.view_mail",
        ),
    ),
)
BY_NAME = {role.name: role for role in ROLES}


def write_groups() -> None:
    """Makes Django's groups equal to the table. Raises LookupError for an unknown permission."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        if missing := set(role.permissions) - set(known):
            raise LookupError(f"role {role.name}: no such permission: {', '.join(sorted(missing))}")
        group, _created = Group.objects.get_or_create(name=role.name)
        group.permissions.set([known[name] for name in role.permissions])

"""The kinds of entries in the file of a project, as one table for pages, panels and admin.

Rule: whoever reads the project enters what the role includes; what the receiving side tells of its
own work only the office that keeps the project enters, and an entry is put right and struck out by
the office that entered it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from core.refusals import WORDS
from projects import cash_forms, entry_forms
from projects.entry_forms import EntryForm
from projects.models import (
    Acceptance,
    Asset,
    AssetVisit,
    Contract,
    Contribution,
    Finding,
    Hop,
    Inspection,
    Instalment,
    Milestone,
    Notice,
    Objection,
    Outcome,
    ProgressReport,
    Project,
    Remittance,
    Settlement,
    Survey,
)
from projects.models.entry import Entry
from projects.progress_form import ProgressForm

Text = str | Promise
CLOSED = (Project.Status.CLOSED, Project.Status.CANCELLED)


@dataclass(frozen=True)
class FollowUp:
    """What is added to an entry later: by the office that entered it, or that keeps the project."""

    label: Text
    fields: tuple[str, ...]
    is_open: Callable[[Any], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of entry: how it is called, typed, shown, and when it may be entered.

    `anchor` is the panel where it stands; one without a `title` stands there `under` another entry.
    `own_scope` for what only the office that keeps the project enters; `after_closing` and
    `standing` as in the triggers of the model; `photograph` and `document` are the kinds under
    which files that come with it are kept. `tells_below` where the entry itself shows, in its
    template, what stands under it.
    """

    model: type[Entry]
    form: type[EntryForm]
    anchor: str
    new_title: Text
    title: Text = ""
    under: str = ""
    own_scope: bool = False
    after_closing: bool = False
    standing: bool = False
    photograph: str = ""
    document: str = ""
    follow_up: FollowUp | None = None
    tells_below: bool = False

    @property
    def name(self) -> str:
        return self.model._meta.model_name  # type: ignore[return-value]

    @property
    def template(self) -> str:
        """What an entry of this kind says, as HTML."""
        return f"projects/entries/_{self.name}.html"

    def permission(self, action: str) -> str:
        return f"projects.{action}_{self.name}"

    def refusal(self, project: Project) -> str:
        """Why nothing of this kind is entered now, or changed; empty where it may be."""
        closed = CLOSED[1:] if self.after_closing else CLOSED
        if project.status in closed:
            return str(WORDS["file_closed"])
        if self.standing and project.status not in Project.STANDING:
            return str(WORDS["not_standing"])
        return ""

    # -- who --------------------------------------------------------------------------------------

    def may_add(self, user, project: Project, *, is_own: bool | None = None) -> bool:
        """Whether the role enters this kind; `is_own` where it is known whose project it is."""
        if not user.has_perm(self.permission("add")):
            return False
        if not self.own_scope:
            return True
        return keeps(user, project) if is_own is None else is_own

    def may_change(self, user, entry: Entry) -> bool:
        return user.has_perm(self.permission("change")) and entry.is_kept_by(user)

    def may_add_to(self, user, above: Entry) -> bool:
        """Whether this person may add another one under an entry that stands."""
        return True

    def may_follow_up(self, user, entry: Entry, *, is_own: bool | None = None) -> bool:
        if not (self.follow_up and user.has_perm(self.permission("change"))):
            return False
        is_own = keeps(user, entry.project) if is_own is None else is_own
        return is_own or entry.is_kept_by(user)


class HopKind(Kind):
    """Each side says for itself that money arrived: which places are whose stands in the roles."""

    def may_add(self, user, project: Project, *, is_own: bool | None = None) -> bool:
        return super().may_add(user, project, is_own=is_own) and bool(Hop.places_of(user))

    def may_add_to(self, user, above: Entry) -> bool:
        return any(place in above.open_places for place in Hop.places_of(user))

    def may_change(self, user, entry: Entry) -> bool:
        return super().may_change(user, entry) and entry.place in Hop.places_of(user)


def keeps(user, project: Project) -> bool:
    """Whether the project is kept by the person's own office or one below it."""
    return user.can("projects.view_project", project, editing=True)


def url_of(kind: Kind, project: Project) -> str:
    """The place on the project's page where entries of this kind stand."""
    return f"{reverse('projects:project-detail', args=[project.pk])}#{kind.anchor}"


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            model=Contract,
            form=cash_forms.ContractForm,
            anchor="contracts",
            title=gettext_lazy("Contracts"),
            new_title=gettext_lazy("Enter a contract"),
            standing=True,
            document="contract",
            tells_below=True,
        ),
        Kind(
            model=Instalment,
            form=cash_forms.InstalmentForm,
            anchor="contracts",
            new_title=gettext_lazy("Enter an instalment"),
            under="contract",
            document="voucher",
            follow_up=FollowUp(
                gettext_lazy("Record that the condition is met"),
                ("met_on",),
                lambda instalment: instalment.met_on is None,
            ),
        ),
        Kind(
            model=Remittance,
            form=cash_forms.RemittanceForm,
            anchor="remittances",
            title=gettext_lazy("Remittances"),
            new_title=gettext_lazy("Enter a remittance"),
            standing=True,
            document="voucher",
            tells_below=True,
        ),
        HopKind(
            model=Hop,
            form=cash_forms.HopForm,
            anchor="remittances",
            new_title=gettext_lazy("Money arrived here"),
            under="remittance",
            document="voucher",
        ),
        Kind(
            model=Contribution,
            form=cash_forms.ContributionForm,
            anchor="contributions",
            title=gettext_lazy("Local contributions"),
            new_title=gettext_lazy("Enter a local contribution"),
            own_scope=True,
            standing=True,
            document="voucher",
        ),
        Kind(
            model=Survey,
            form=entry_forms.SurveyForm,
            anchor="surveys",
            title=gettext_lazy("Surveys"),
            new_title=gettext_lazy("Enter a survey"),
            photograph="photo_before",
            document="survey_report",
        ),
        Kind(
            model=Notice,
            form=entry_forms.NoticeForm,
            anchor="notices",
            title=gettext_lazy("Public notices"),
            new_title=gettext_lazy("Enter a public notice"),
            own_scope=True,
            photograph="photo",
            document="public_notice",
        ),
        Kind(
            model=Objection,
            form=entry_forms.ObjectionForm,
            anchor="notices",
            new_title=gettext_lazy("Enter an objection"),
            under="notice",
            own_scope=True,
            document="other",
            follow_up=FollowUp(
                gettext_lazy("Answer the objection"),
                ("reply", "replied_on"),
                lambda objection: objection.replied_on is None,
            ),
        ),
        Kind(
            model=ProgressReport,
            form=ProgressForm,
            anchor="progress",
            title=gettext_lazy("Progress"),
            new_title=gettext_lazy("Report progress"),
            own_scope=True,
            standing=True,
            photograph="photo_during",
            document="other",
        ),
        Kind(
            model=Milestone,
            form=entry_forms.MilestoneForm,
            anchor="milestones",
            title=gettext_lazy("Milestones"),
            new_title=gettext_lazy("Enter a milestone"),
            own_scope=True,
            follow_up=FollowUp(
                gettext_lazy("Record that it is reached"),
                ("reached_on",),
                lambda milestone: milestone.reached_on is None,
            ),
        ),
        Kind(
            model=Inspection,
            form=entry_forms.InspectionForm,
            anchor="inspections",
            title=gettext_lazy("Inspections"),
            new_title=gettext_lazy("Enter an inspection"),
            standing=True,
            photograph="photo_during",
            document="minutes",
        ),
        Kind(
            model=Finding,
            form=entry_forms.FindingForm,
            anchor="findings",
            title=gettext_lazy("Findings"),
            new_title=gettext_lazy("Enter a finding"),
            after_closing=True,
            photograph="photo",
            document="audit_report",
            follow_up=FollowUp(
                gettext_lazy("Record that it is put right"),
                ("rectification", "rectified_on"),
                lambda finding: finding.rectified_on is None,
            ),
        ),
        Kind(
            model=Acceptance,
            form=entry_forms.AcceptanceForm,
            anchor="acceptances",
            title=gettext_lazy("Acceptance"),
            new_title=gettext_lazy("Enter an acceptance"),
            standing=True,
            photograph="photo_after",
            document="acceptance_form",
        ),
        Kind(
            model=Settlement,
            form=entry_forms.SettlementForm,
            anchor="settlements",
            title=gettext_lazy("Settlement"),
            new_title=gettext_lazy("Enter the final account"),
            standing=True,
            document="settlement_report",
        ),
        Kind(
            model=Asset,
            form=entry_forms.AssetForm,
            anchor="assets",
            title=gettext_lazy("Assets"),
            new_title=gettext_lazy("Enter an asset"),
            own_scope=True,
            standing=True,
            photograph="photo_after",
            document="asset_card",
        ),
        Kind(
            model=AssetVisit,
            form=entry_forms.AssetVisitForm,
            anchor="assets",
            new_title=gettext_lazy("Enter a visit"),
            under="asset",
            after_closing=True,
            photograph="photo_after",
            document="other",
        ),
        Kind(
            model=Outcome,
            form=entry_forms.OutcomeForm,
            anchor="outcomes",
            title=gettext_lazy("Outcomes"),
            new_title=gettext_lazy("Enter an outcome"),
            standing=True,
            photograph="photo_after",
            document="other",
        ),
    )
}

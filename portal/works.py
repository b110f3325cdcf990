"""What the public reads of the work of a project: how far it is, and what happened on which day.

Rule: nobody is named here but offices, and nothing is told that was struck out; what villagers,
contractors and inspectors are called stays with the staff.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.money import money_text
from core.punctuation import labelled, listed
from projects.models import Acceptance, Outcome, ProgressReport, Project
from projects.plan import Quantity, quantities_of


@dataclass(frozen=True)
class Event:
    """Something that happened, or is planned, on a day."""

    on: date
    text: str
    is_planned: bool = False


@dataclass(frozen=True)
class Work:
    """The work as far as it is reported."""

    last: ProgressReport | None
    quantities: list[Quantity]
    events: list[Event]
    outcomes: list[Outcome]

    @property
    def is_told(self) -> bool:
        return bool(self.last or self.quantities or self.events)


def work_of(project: Project) -> Work:
    """The work of a project that stands, in a number of queries that no entry changes."""
    events = [*_of_project(project), *_of_entries(project)]
    return Work(
        last=project.progressreports.standing().last(),
        quantities=quantities_of(project),
        events=sorted(events, key=lambda event: event.on),
        outcomes=list(project.outcomes.standing()),
    )


def _of_project(project: Project) -> list[Event]:
    days = (
        (project.approved_on, _("Approved by both sides")),
        (project.started_on, _("The work began")),
        (project.completed_on, _("The work was completed")),
    )
    return [Event(on, text) for on, text in days if on]


def _of_entries(project: Project) -> list[Event]:
    found = [
        Event(one.reached_on or one.planned_on, one.name, is_planned=one.reached_on is None)
        for one in project.milestones.standing()
    ]
    found += [Event(one.accepted_on, _accepted(one)) for one in project.acceptances.standing()]
    for one in project.settlements.standing():
        words = _("The accounts were settled at {amount}").format(amount=money_text(one.settled))
        found.append(Event(one.settled_on, words))
    return found + _handed_over(project)


def _accepted(acceptance: Acceptance) -> str:
    if not acceptance.is_passed:
        words = _("Looked at {by} and not accepted yet")
    else:
        words = _("Accepted {by}, in {quality} quality")
    return words.format(by=acceptance.get_level_display(), quality=acceptance.get_quality_display())


def _handed_over(project: Project) -> list[Event]:
    """What was handed over, day by day."""
    days: dict[date, list[str]] = {}
    for asset in project.assets.standing():
        name = f"{asset.name} {asset.quantity}".strip()
        days.setdefault(asset.handed_on, []).append(name)
    words = _("Handed over to those who keep it from now on")
    return [Event(on, labelled(words, listed(names))) for on, names in days.items()]

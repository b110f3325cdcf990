"""Which rows a person may see and edit: those of the own office and of the offices below it.

Rule: every page, admin list, sheet and queue begins with `visible_to(user)`; what is outside is
answered as if it did not exist. Offices are few: a query names them by key, so that the planner
sees whether they have five rows or a million.
"""

from django.db.models import QuerySet


class Scoped(QuerySet):
    """Rows that belong to an office.

    `office_path` leads from the row to its office; `edit_path` to the office that edits it where
    that is another one, such as the custodian of the fund from which a project is paid.
    """

    office_path = "office"
    edit_path = ""

    def readable_offices(self, user) -> list[int]:
        """Keys of the offices whose records the person may read."""
        return own_offices(user)

    def visible_to(self, user) -> "Scoped":
        """What this person may read; everything for those whose role reads all."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("accounts.see_all_offices"):
            return self
        if user.office_id is None:
            return self.none()
        return self.filter(**{f"{self.office_path}__in": self.readable_offices(user)})

    def editable_by(self, user) -> "Scoped":
        """What belongs to the person's own office or one below it."""
        if not user.is_authenticated or user.office_id is None:
            return self.none()
        path = self.edit_path or self.office_path
        return self.filter(**{f"{path}__in": own_offices(user)})


def own_offices(user) -> list[int]:
    """Keys of the person's own office and those below it; asked once a request."""
    if not hasattr(user, "_own_offices"):
        user._own_offices = list(user.office.with_below().values_list("pk", flat=True))
    return user._own_offices

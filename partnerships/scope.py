"""Rows that a twinned partner reads as well.

Rule: whoever is or was paired with an office reads its records; only the own side edits them.
"""

from django.db.models import Q, QuerySet

from accounts.models import Office
from accounts.scope import Scoped
from partnerships.models import Twinning


class PartnerScoped(Scoped):
    """Rows of the own office, of those below, and of the offices paired with any of these."""

    def readable_offices(self, user) -> QuerySet:
        reach = Q(path__startswith=user.office.path)
        for path in partner_paths(user):
            reach |= Q(path__startswith=path)
        return Office.objects.filter(reach)


def partner_paths(user) -> set[str]:
    """Paths of the offices paired with the person's own or one below; asked once a request.

    A charity is paired with nobody: it reads with the office that it stands under.
    """
    if not hasattr(user, "_partner_paths"):
        office = user.office
        is_charity = office.kind == Office.Kind.CHARITY and office.parent_id
        own = (office.parent if is_charity else office).with_below()
        pairs = Twinning.objects.filter(Q(supporter__in=own) | Q(receiver__in=own))
        partners = Office.objects.filter(Q(supports__in=pairs) | Q(supported_by__in=pairs))
        user._partner_paths = set(partners.values_list("path", flat=True))
    return user._partner_paths

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
        own = user.office.with_below()
        pairs = Twinning.objects.filter(Q(supporter__in=own) | Q(receiver__in=own))
        partners = Office.objects.filter(
            Q(supports__in=pairs) | Q(supported_by__in=pairs)
        ).values_list("path", flat=True)
        reach = Q(path__startswith=user.office.path)
        for path in set(partners):
            reach |= Q(path__startswith=path)
        return Office.objects.filter(reach)

"""Rows that a twinned partner reads as well.

Rule: whoever is or was paired with an office reads its records; only the own side edits them.
"""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q

from accounts.models import Office
from accounts.scope import Scoped, own_offices
from partnerships.models import Twinning


class PartnerScoped(Scoped):
    """Rows of the own office, of those below, and of the offices paired with any of these."""

    def readable_offices(self, user) -> list[int]:
        return sorted({*own_offices(user), *partner_offices(user)})


def partner_offices(user) -> list[int]:
    """Keys of the offices paired with the person's own or one below it, and of those below these.

    A charity is paired with nobody: it reads with the office that it stands under.
    """
    if not hasattr(user, "_partner_offices"):
        office = user.office
        is_charity = office.kind == Office.Kind.CHARITY and office.parent_id
        own = (office.parent if is_charity else office).with_below()
        pairs = Twinning.objects.filter(Q(supporter__in=own) | Q(receiver__in=own))
        partners = Office.objects.filter(Q(supports__in=pairs) | Q(supported_by__in=pairs))
        here = ExpressionWrapper(OuterRef("path"), output_field=CharField())
        above = partners.annotate(here=here).filter(here__startswith=F("path"))
        user._partner_offices = list(
            Office.objects.filter(Exists(above)).values_list("pk", flat=True)
        )
    return user._partner_offices

"""The pages of twinnings and organisations.

Rule: who is paired with whom is open to everybody who signs in; who changes it is in the roles.
"""

from django.utils.translation import gettext_lazy as _

from core.lists import Column
from core.views import Records
from partnerships.filters import OrganisationFilter, TwinningFilter
from partnerships.forms import OrganisationForm, TwinningForm
from partnerships.models import Organisation, Twinning

TWINNINGS = Records(
    app="partnerships",
    name="twinning",
    model=Twinning,
    title=_("Twinnings"),
    new_title=_("New twinning"),
    filterset=TwinningFilter,
    form=TwinningForm,
    columns=[
        Column("receiver", _("Receiving side"), ("receiver__path", "supporter__path")),
        Column("supporter", _("Supporting side"), ("supporter__path", "receiver__path")),
        Column("level", _("Level"), ("level",)),
        Column("since", _("Since"), ("valid_from",)),
        Column("until", _("Until"), ("valid_to",)),
        Column("source", _("Source"), css="mid"),
    ],
    default_sort="receiver",
    row_template="partnerships/_twinning_row.html",
    detail_template="partnerships/twinning_detail.html",
    rows=lambda twinnings: twinnings.for_list(),
    views=[
        (_("All"), ""),
        (_("On 1 July 2010"), "on=2010-07-01"),
        (_("Counties on 1 July 2010"), "on=2010-07-01&level=county"),
    ],
    empty=_("Twinnings are entered with the source that confirms them."),
)

ORGANISATIONS = Records(
    app="partnerships",
    name="organisation",
    model=Organisation,
    title=_("Organisations"),
    new_title=_("New organisation"),
    filterset=OrganisationFilter,
    form=OrganisationForm,
    columns=[
        Column("name", _("Organisation"), ("pinyin",)),
        Column("kind", _("Kind"), ("kind", "pinyin")),
        Column("place", _("Place"), ("division__code",)),
        Column("source", _("Source"), css="mid"),
    ],
    default_sort="name",
    row_template="partnerships/_organisation_row.html",
    detail_template="partnerships/organisation_detail.html",
    rows=lambda organisations: organisations.for_list(),
    views=[
        (_("All"), ""),
        (_("Enterprises"), "kind=enterprise"),
        (_("Charities"), "kind=charity"),
        (_("Religious bodies"), "kind=religious"),
    ],
    empty=_("Enterprises, associations and others that take part are entered here."),
)

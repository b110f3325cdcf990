"""What is decided on together with a project: sites, quantities, budget, sources, details by kind.

Rule: these rows are frozen with the project and enter the hash of each decision; after the approval
only an amendment changes them.
"""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Division
from core.money import AmountField, positive
from core.text import visible_text
from core.triggers import part_triggers
from ledger.models import Fund
from projects.models.limits import SOURCE_WITHIN_FUND
from projects.models.project import Project
from projects.models.village import Village


class Part(models.Model):
    """A row of a project that is decided on with it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True
        ordering = ["id"]


@tracked
class Site(Part):
    """A further place where a project works, beside the one that its name gives."""

    town = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("town")
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sites",
        verbose_name=_("village"),
    )
    name = models.CharField(_("place"), max_length=200, validators=[visible_text])
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )

    class Meta(Part.Meta):
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(18, 54), longitude__range=(73, 135)),
                name="site_point_in_china",
            ),
        ]
        triggers = part_triggers("project", "project_id")

    def __str__(self) -> str:
        return self.name


class Unit(models.TextChoices):
    """Units of physical quantities."""

    KM = "km", _("km")
    METRE = "m", _("m")
    SQUARE_METRE = "m2", _("m²")
    CUBIC_METRE = "m3", _("m³")
    MU = "mu", _("mu")
    WELL = "well", _("wells and cellars")
    HEAD = "head", _("head of livestock")
    FOWL = "fowl", _("fowl")
    HOUSEHOLD = "household", _("households")
    PERSON = "person", _("persons")
    PERSON_TIME = "person_time", _("person-times")
    BUILDING = "building", _("buildings")
    SET = "set", _("sets")
    TREE = "tree", _("trees")


QUANTITY = {"max_digits": 12, "decimal_places": 2, "validators": [MinValueValidator(0)]}


@tracked
class PlannedQuantity(Part):
    """A physical quantity that a project sets out to build or do, with its unit."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="quantities")
    item = models.CharField(_("what"), max_length=100, validators=[visible_text])
    item_en = models.CharField(
        _("what, in English"), max_length=100, blank=True, validators=[visible_text]
    )
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices)
    planned = models.DecimalField(_("planned"), **QUANTITY)
    is_renewal = models.BooleanField(_("renewed, not new"), default=False)

    class Meta(Part.Meta):
        verbose_name = _("planned quantity")
        verbose_name_plural = _("planned quantities")
        constraints = [
            models.CheckConstraint(condition=Q(planned__gt=0), name="planned_quantity_bounds"),
            models.UniqueConstraint(fields=["project", "item", "unit"], name="quantity_once"),
        ]
        triggers = [
            *part_triggers("project", "project_id"),
            pgtrigger.Trigger(
                name="reported_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                IF EXISTS (SELECT FROM public.projects_donequantity WHERE quantity_id = OLD.id)
                THEN RAISE EXCEPTION 'quantity_reported'; END IF;
                RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.item if chinese or not self.item_en else self.item_en


@tracked
class BudgetLine(Part):
    """What part of the total investment is meant for what, in yuan."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="budget")

    class Purpose(models.TextChoices):
        WORKS = "works", _("building works")
        MATERIALS = "materials", _("materials")
        EQUIPMENT = "equipment", _("equipment")
        SEEDS = "seeds", _("seedlings and young stock")
        DESIGN = "design", _("survey and design")
        SUPERVISION = "supervision", _("supervision")
        TRAINING = "training", _("training")
        GRANTS = "grants", _("grants to households or pupils")
        LABOUR = "labour", _("labour")
        OTHER = "other", _("other")

    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    note = models.CharField(_("note"), max_length=200, blank=True, validators=[visible_text])
    amount = AmountField(_("amount"))

    class Meta(Part.Meta):
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [positive("amount", model="budget_line")]
        triggers = part_triggers("project", "project_id")

    def __str__(self) -> str:
        return str(self.get_purpose_display())


@tracked
class FundingSource(Part):
    """Who is to bear which part of the total investment, in yuan.

    A source that names its fund commits it, from the approval of the project on.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="sources")

    class Source(models.TextChoices):
        MUNICIPAL = "municipal", _("municipal budget")
        DISTRICT = "district", _("district or county budget")
        BUREAU = "bureau", _("bureau")
        DONATED = "donated", _("donated fund")
        PROVINCE = "province", _("match of the province")
        PREFECTURE = "prefecture", _("match of the prefecture")
        COUNTY = "county", _("match of the county")
        LABOUR = "labour", _("labour and materials of the villagers, valued")
        OTHER = "other", _("other")

    AID = (Source.MUNICIPAL, Source.DISTRICT, Source.BUREAU, Source.DONATED)

    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    fund = models.ForeignKey(
        Fund,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fund that it commits"),
    )
    amount = AmountField(_("amount"))

    class Meta(Part.Meta):
        verbose_name = _("source of money")
        verbose_name_plural = _("sources of money")
        constraints = [
            positive("amount", model="funding_source"),
            models.CheckConstraint(
                condition=Q(fund__isnull=True)
                | Q(source__in=["municipal", "district", "bureau", "donated"]),
                name="funding_source_of_aid_has_a_fund",
            ),
        ]
        triggers = [*part_triggers("project", "project_id"), SOURCE_WITHIN_FUND]

    def __str__(self) -> str:
        return str(self.get_source_display())


# -- details by kind: one row a project at most ----------------------------------------------------


class Detail(models.Model):
    """What a project of one kind says beyond the rest."""

    class Meta:
        abstract = True


def detail_of() -> models.OneToOneField:
    return models.OneToOneField(Project, models.PROTECT, related_name="%(class)s")


COUNT = {"null": True, "blank": True}


class Work(models.TextChoices):
    NEW = "new", _("new")
    RENEWED = "renewed", _("renewed")


@tracked
class ModelVillage(Detail):
    """A model village: how many houses, roads and squares, new or renewed."""

    project = detail_of()
    work = models.CharField(_("new or renewed"), max_length=8, choices=Work.choices)
    houses = models.PositiveIntegerField(_("houses renewed"), **COUNT)
    road_km = models.DecimalField(_("village roads, km"), null=True, blank=True, **QUANTITY)
    has_activity_room = models.BooleanField(_("activity room"), default=False)
    is_whole_village = models.BooleanField(_("whole-village advancement"), default=False)

    class Meta:
        verbose_name = _("model village")
        verbose_name_plural = _("model villages")
        triggers = part_triggers("project", "project_id")


@tracked
class IndustryBase(Detail):
    """An agricultural base: crop or animal, scale, and the variety that was brought."""

    class Product(models.TextChoices):
        TEA = "tea", _("tea")
        HONEYSUCKLE = "honeysuckle", _("honeysuckle")
        WALNUT = "walnut", _("thin-skinned walnut")
        OIL_TEA = "oil_tea", _("oil tea")
        PEACH = "peach", _("quality peach")
        LOQUAT = "loquat", _("white loquat")
        BAYBERRY = "bayberry", _("red bayberry")
        VEGETABLES = "vegetables", _("vegetables")
        TOBACCO = "tobacco", _("tobacco")
        FRUIT = "fruit", _("fruit and nut trees")
        RABBIT = "rabbit", _("long-haired rabbit")
        DUCK = "duck", _("blue-shelled-egg duck")
        OTHER = "other", _("other")

    ANIMALS = (Product.RABBIT, Product.DUCK)

    project = detail_of()
    product = models.CharField(_("product"), max_length=12, choices=Product.choices)
    other_product = models.CharField(
        _("other product"), max_length=100, blank=True, validators=[visible_text]
    )
    scale = models.DecimalField(_("scale"), **QUANTITY)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices, default=Unit.MU)
    variety = models.CharField(
        _("variety introduced"), max_length=100, blank=True, validators=[visible_text]
    )
    variety_from = models.CharField(
        _("introduced from"), max_length=100, blank=True, validators=[visible_text]
    )
    is_eco_base = models.BooleanField(_("large eco-agriculture base"), default=False)

    class Meta:
        verbose_name = _("industry base")
        verbose_name_plural = _("industry bases")
        constraints = [
            models.CheckConstraint(condition=Q(scale__gt=0), name="industry_base_scale"),
            models.CheckConstraint(
                condition=~Q(product="other") | ~Q(other_product=""), name="industry_base_product"
            ),
        ]
        triggers = part_triggers("project", "project_id")


@tracked
class WaterWorks(Detail):
    """Drinking water or irrigation: how it works, and for how many people and animals."""

    class Purpose(models.TextChoices):
        DRINKING = "drinking", _("drinking water")
        IRRIGATION = "irrigation", _("irrigation")
        BOTH = "both", _("drinking water and irrigation")

    class Means(models.TextChoices):
        PUMPING = "pumping", _("pumping")
        STORAGE = "storage", _("storage")
        DELIVERY = "delivery", _("delivery")
        IRRIGATION = "irrigation", _("irrigation ditches")

    project = detail_of()
    purpose = models.CharField(_("for"), max_length=12, choices=Purpose.choices)
    means = models.CharField(_("means"), max_length=12, choices=Means.choices)
    work = models.CharField(_("new or renewed"), max_length=8, choices=Work.choices)
    people = models.PositiveIntegerField(_("people with water"), **COUNT)
    livestock = models.PositiveIntegerField(_("head of livestock with water"), **COUNT)
    irrigated_mu = models.DecimalField(_("irrigated, in mu"), null=True, blank=True, **QUANTITY)

    class Meta:
        verbose_name = _("water works")
        verbose_name_plural = _("water works")
        triggers = part_triggers("project", "project_id")


@tracked
class School(Detail):
    """A school building, dormitory or canteen, its places, and the name it is to bear."""

    class Building(models.TextChoices):
        TEACHING = "teaching", _("teaching building")
        DORMITORY = "dormitory", _("dormitory")
        CANTEEN = "canteen", _("canteen")
        OTHER = "other", _("other")

    project = detail_of()
    school = models.CharField(_("school"), max_length=200, validators=[visible_text])
    building = models.CharField(_("building"), max_length=12, choices=Building.choices)
    work = models.CharField(_("new or renewed"), max_length=8, choices=Work.choices)
    floor_m2 = models.DecimalField(_("floor space, m²"), null=True, blank=True, **QUANTITY)
    pupils = models.PositiveIntegerField(_("pupils"), **COUNT)
    beds = models.PositiveIntegerField(_("beds"), **COUNT)
    named_after = models.CharField(
        _("to be named"), max_length=100, blank=True, validators=[visible_text]
    )

    class Meta:
        verbose_name = _("school building")
        verbose_name_plural = _("school buildings")
        triggers = part_triggers("project", "project_id")


@tracked
class Clinic(Detail):
    """A clinic or hospital building with its beds and equipment."""

    project = detail_of()
    clinic = models.CharField(_("clinic"), max_length=200, validators=[visible_text])
    work = models.CharField(_("new or renewed"), max_length=8, choices=Work.choices)
    floor_m2 = models.DecimalField(_("floor space, m²"), null=True, blank=True, **QUANTITY)
    beds = models.PositiveIntegerField(_("beds"), **COUNT)
    patients_a_year = models.PositiveIntegerField(_("patients a year"), **COUNT)

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
        triggers = part_triggers("project", "project_id")


@tracked
class Road(Detail):
    """A road or bridge: length, width and surface."""

    class Surface(models.TextChoices):
        CONCRETE = "concrete", _("concrete")
        ASPHALT = "asphalt", _("asphalt")
        GRAVEL = "gravel", _("gravel")
        STONE = "stone", _("stone")

    project = detail_of()
    work = models.CharField(_("new or renewed"), max_length=8, choices=Work.choices)
    length_km = models.DecimalField(_("length, km"), **QUANTITY)
    width_m = models.DecimalField(_("width, m"), null=True, blank=True, **QUANTITY)
    surface = models.CharField(_("surface"), max_length=12, choices=Surface.choices)
    bridges = models.PositiveIntegerField(_("bridges"), **COUNT)

    class Meta:
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        constraints = [models.CheckConstraint(condition=Q(length_km__gt=0), name="road_length")]
        triggers = part_triggers("project", "project_id")


@tracked
class TrainingDetail(Detail):
    """Training as an aid project: subject, days, persons, and the standard a head in yuan."""

    project = detail_of()
    subject = models.CharField(_("subject"), max_length=200, validators=[visible_text])
    courses = models.PositiveIntegerField(_("courses"), **COUNT)
    days = models.PositiveIntegerField(_("days"), **COUNT)
    persons = models.PositiveIntegerField(_("persons"), **COUNT)
    standard = AmountField(_("standard a head"), null=True, blank=True)

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [positive("standard", model="training_detail")]
        triggers = part_triggers("project", "project_id")


@tracked
class Relief(Detail):
    """Relief: what was given to how many towns, schools and households."""

    project = detail_of()
    given = models.CharField(_("what is given"), max_length=200, validators=[visible_text])
    towns = models.PositiveIntegerField(_("towns reached"), **COUNT)
    schools = models.PositiveIntegerField(_("schools reached"), **COUNT)
    households = models.PositiveIntegerField(_("households reached"), **COUNT)

    class Meta:
        verbose_name = _("relief")
        verbose_name_plural = _("reliefs")
        triggers = part_triggers("project", "project_id")


@tracked
class EnterpriseShare(Detail):
    """Aid money as a share in an enterprise, held in the name of poor households."""

    project = detail_of()
    enterprise = models.CharField(_("enterprise"), max_length=200, validators=[visible_text])
    households = models.PositiveIntegerField(_("households that hold the shares"))
    share_percent = models.DecimalField(
        _("share, in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    dividend_percent = models.DecimalField(
        _("dividend a year, in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    held_until = models.DateField(_("held until"), null=True, blank=True)

    class Meta:
        verbose_name = _("enterprise share")
        verbose_name_plural = _("enterprise shares")
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__isnull=True) | Q(share_percent__range=(0, 100)),
                name="enterprise_share_percent",
            ),
        ]
        triggers = part_triggers("project", "project_id")


DETAILS: dict[str, type[Detail]] = {
    "model_village": ModelVillage,
    "industry": IndustryBase,
    "water": WaterWorks,
    "school": School,
    "health": Clinic,
    "road": Road,
    "cadre_training": TrainingDetail,
    "skills_training": TrainingDetail,
    "relief": Relief,
    "enterprise_share": EnterpriseShare,
}
PARTS: tuple[type[models.Model], ...] = (
    Site,
    PlannedQuantity,
    BudgetLine,
    FundingSource,
    *dict.fromkeys(DETAILS.values()),
)

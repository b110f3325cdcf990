"""Which pictures stand for a project: published photographs, and drawings where there are none.

Rule: only what `Attachment.objects.published()` has is shown, without a word of the staff's; a
drawing says that it is one and never passes for a photograph of a place.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.templatetags.static import static
from django.urls import reverse

from core.attachments import Attachment
from projects.models import Project

Type = Project.Type
STORED = re.compile("[窖池]")  # cellars and basins, which keep water; the rest leads it
DRAWINGS = {
    Type.WATER: "water",
    Type.RELIEF: "cellar",
    Type.SCHOOL: "school",
    Type.ASSISTANCE: "school",
    Type.MODEL_VILLAGE: "village",
    Type.INDUSTRY: "terraces",
    Type.ROAD: "road",
    Type.HEALTH: "clinic",
    Type.CADRE_TRAINING: "classroom",
    Type.SKILLS_TRAINING: "classroom",
}
BEFORE = "photo_before"
NOW = ("photo_after", "photo_during")  # the first that there is


@dataclass(frozen=True)
class Picture:
    """A picture of a project: a photograph, or the address of a drawing in its place."""

    photograph: Attachment | None = None
    drawing: str = ""

    @property
    def url(self) -> str:
        if self.photograph is None:
            return static(self.drawing)
        return reverse("portal:photograph", args=[self.photograph.pk, 640])


@dataclass(frozen=True)
class Pictures:
    """A project before and now, and all its published photographs in the order of their days."""

    before: Picture
    now: Picture
    photographs: list[Attachment] = field(default_factory=list)

    @property
    def has_drawing(self) -> bool:
        return not (self.before.photograph and self.now.photograph)


def published_photographs() -> QuerySet[Attachment]:
    """Every photograph that the public may see: published, and of a project that stands."""
    shown = Project.objects.for_public_display().order_by()
    photographs = Attachment.objects.published().select_related("kind")
    return photographs.filter(workflow=Project.workflow_name, record_id__in=shown.values("pk"))


def pictures_of(projects: Iterable[Project]) -> dict[int, Pictures]:
    """The pictures of each project by its key, in one query for one project as for thirty."""
    projects = list(projects)
    found: dict[int, list[Attachment]] = defaultdict(list)
    photographs = published_photographs().filter(record_id__in={p.pk for p in projects})
    for photograph in photographs.order_by(Coalesce("taken_at", "uploaded_at"), "pk"):
        found[photograph.record_id].append(photograph)
    return {project.pk: _pictures(project, found[project.pk]) for project in projects}


def _pictures(project: Project, photographs: list[Attachment]) -> Pictures:
    name = _drawing(project)
    before = next((p for p in photographs if p.kind_id == BEFORE), None)
    latest = {photograph.kind_id: photograph for photograph in photographs}
    now = next((latest[kind] for kind in NOW if kind in latest), None)
    return Pictures(
        before=Picture(before) if before else Picture(drawing=f"art/{name}-before.svg"),
        now=Picture(now) if now else Picture(drawing=f"art/{name}-after.svg"),
        photographs=photographs,
    )


def _drawing(project: Project) -> str:
    """The drawing of the first kind of the project."""
    name = DRAWINGS.get(project.types[0] if project.types else "", "village")
    if name == "water" and STORED.search(project.name_zh + project.content_zh):
        return "cellar"
    return name

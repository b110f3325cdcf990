"""Which drawings stand for a project while it has no photographs.

Rule: a drawing says that it is one; it never passes for a photograph of a place.
"""

import re
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Drawings:
    before: str
    after: str


def drawings_of(project: Project) -> Drawings:
    """The pair of static files for the first kind of the project."""
    name = DRAWINGS.get(project.types[0] if project.types else "", "village")
    if name == "water" and STORED.search(project.name_zh + project.content_zh):
        name = "cellar"
    return Drawings(f"art/{name}-before.svg", f"art/{name}-after.svg")

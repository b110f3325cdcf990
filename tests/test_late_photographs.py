"""A closed project takes photographs of later visits to its assets, and nothing else."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from core.attachments import Attachment
from core.refusals import key_of
from core.uploads import attach
from tests import papers


@pytest.fixture
def visit(make, cast):
    """A visit to an asset of a closed project."""
    project = make.closed_project()
    return project.assets.get().visits.create(
        project=project,
        visited_on=date(2012, 1, 1),
        condition="in_use",
        people="演示",
        created_by=cast.officer,
    )


def test_a_visit_after_the_closing_brings_its_photographs(visit, cast, client_of):
    project, client = visit.project, client_of(cast.officer)
    url = f"/projects/{project.pk}/enter/assetvisit/?asset={visit.asset_id}"
    form = client.get(url).context["form"]
    assert "photographs" in form.fields and "documents" not in form.fields
    typed = {"asset": visit.asset_id, "visited_on": "2012-05-01", "condition": "in_use"}
    typed |= {"people": "演示", "text": "出水正常", "photographs": papers.photograph(3)}
    answer = client.post(url, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    [file] = Attachment.objects.of(project)
    assert file.entry == project.assetvisits.get(text="出水正常") and file.is_photograph
    page = client.get(project.get_absolute_url()).content.decode()
    assert f"/files/{file.pk}/" in page
    file.refresh_from_db()
    file.withdraw(by=cast.officer, because="拍错了")


def test_a_closed_file_takes_nothing_else(visit, make, cast):
    project, photograph = visit.project, papers.photograph(4)
    with pytest.raises(PermissionDenied):
        attach(project, photograph, kind="photo_after", by=cast.reporter)
    with pytest.raises(PermissionDenied):
        attach(project, photograph, kind="photo", by=cast.officer, entry=project.surveys.get())
    with pytest.raises(ValidationError, match="closed"):
        pdf = papers.upload(papers.pdf("x"), "x.pdf")
        attach(project, pdf, kind="other", by=cast.officer, entry=visit)


@pytest.mark.parametrize(
    "changes",
    [
        {"entry_kind": "", "entry_id": None},
        {"entry_kind": "projects.survey"},
        {"entry_id": 0},
        {"kind_id": "other"},
        {"width": None, "height": None, "pixels": ""},
    ],
)
def test_the_database_takes_no_other_file_either(visit, make, cast, changes):
    known = make.photograph(make.project_under_way(), 5)
    values = {
        "record_id": visit.project_id,
        "entry_kind": "projects.assetvisit",
        "entry_id": visit.pk,
        "sha256": "0" * 64,
    } | changes
    fields = [field for field in Attachment._meta.local_fields if not field.primary_key]
    row = {field.attname: getattr(known, field.attname) for field in fields} | values
    row["same_as_id"] = None
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        Attachment.objects.create(**row)
    assert key_of(caught.value)[0] in ("record_closed", "no_photograph")


def test_the_visit_of_another_project_lends_no_room(visit, make, cast):
    other = make.closed_project()
    with pytest.raises(ValidationError, match="closed"):
        attach(other, papers.photograph(6), kind="photo", by=cast.officer, entry=visit)


def test_a_cancelled_project_takes_no_photograph(make, cast):
    project = make.project()
    assert project.status == "draft"
    project.status = "cancelled"
    with pytest.raises(PermissionDenied):
        attach(project, papers.photograph(8), kind="photo", by=cast.reporter)

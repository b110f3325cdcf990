"""Photographs in public: only what another person published, and never what the camera wrote."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from core.attachments import Attachment
from core.workflow import perform
from portal.art import pictures_of

CANARIES = (b"CANARY", b"Exif", b"25.02", b"105.81")


@pytest.fixture
def photograph(make) -> Attachment:
    """A photograph of a project under way, with words that are the staff's alone."""
    return make.photograph(
        kind="photo_after", title_zh="CANARY 标题", title_en="CANARY title", caption="CANARY 小明"
    )


@pytest.fixture
def public(photograph, cast) -> Attachment:
    photograph.publish(by=cast.approver)
    return photograph


def address(file: Attachment, edge: int = 640) -> str:
    return f"/portal/photographs/{file.pk}/{edge}/"


def page_of(file: Attachment) -> str:
    return Client().get(f"/portal/projects/{file.record.number}/").content.decode()


def test_what_nobody_published_is_not_to_be_had(photograph):
    assert Client().get(address(photograph)).status_code == 404
    page = page_of(photograph)
    assert "/portal/photographs/" not in page and "drawing" in page


def test_the_public_sees_a_shrunk_copy_with_day_and_place_of_the_project_at_most(public):
    answer = Client().get(address(public, 1600))
    data = b"".join(answer.streaming_content)
    image = Image.open(BytesIO(data))
    assert not image.getexif() and image.format == "JPEG"
    page = page_of(public)
    assert "26 April 2010" in page and address(public) in page and "Ceheng County" in page
    for canary in CANARIES:
        assert canary not in data and canary.decode() not in page
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in str(answer.headers)


@pytest.mark.parametrize("edge", [1, 200, 4000])
def test_the_public_has_no_other_size_and_never_the_file_itself(public, edge):
    assert Client().get(address(public, edge)).status_code == 404
    assert Client().get(f"/files/{public.pk}/").status_code == 302


def test_what_is_taken_back_is_gone_at_once_even_for_a_browser_that_has_it(public):
    known = {"If-None-Match": Client().get(address(public))["ETag"]}
    assert Client().get(address(public), headers=known).status_code == 304
    public.hide()
    assert Client().get(address(public), headers=known).status_code == 404
    assert "/portal/photographs/" not in page_of(public)


def test_a_withdrawn_file_is_not_public_any_more(public, cast):
    public.withdraw(by=cast.reporter, because="照片里有孩子")
    assert Client().get(address(public)).status_code == 404


def test_a_project_that_is_no_longer_shown_shows_no_photograph(make, cast):
    file = make.photograph(make.approved_project())
    file.publish(by=cast.approver)
    assert Client().get(address(file)).status_code == 200
    perform(file.record, "cancel", by=cast.reporter, note="不做了")
    assert Client().get(address(file)).status_code == 404


def test_a_photograph_of_a_proposal_is_not_shown_before_the_project_stands(make, cast):
    early = make.photograph(make.project(), by=cast.reporter)
    early.publish(by=cast.approver)
    assert Client().get(address(early)).status_code == 404


def test_before_and_now_take_the_place_of_the_drawings(make, cast):
    project = make.project_under_way()
    files = [make.photograph(project, kind=kind) for kind in ("photo_before", "photo_during")]
    assert pictures_of([project])[project.pk].has_drawing
    for file in files:
        file.publish(by=cast.approver)
    pictures = pictures_of([project])[project.pk]
    assert [pictures.before.photograph, pictures.now.photograph] == files
    after = make.photograph(project, kind="photo_after")
    after.publish(by=cast.approver)
    assert pictures_of([project])[project.pk].now.photograph == after
    assert "drawing" not in page_of(after)


def test_the_pictures_of_ten_projects_cost_one_query(make, cast):
    projects = [make.photograph().record for _number in range(3)]
    with CaptureQueriesContext(connection) as queries:
        pictures_of(projects)
    assert len(queries) == 1


# -- who publishes --------------------------------------------------------------------------------


def test_another_person_with_the_right_publishes_with_consent(photograph, cast, client_of):
    url = f"/files/{photograph.pk}/publish/"
    for person in (cast.reporter, cast.officer, cast.auditor, cast.clerk):
        assert client_of(person).post(url, {"has_consent": "on"}).status_code == 403
    approver = client_of(cast.approver)
    refused = approver.post(url, {})
    assert refused.status_code == 422
    assert "the consent of the people in it is kept” is needed" in refused.content.decode()
    assert approver.post(url, {"has_consent": "on"}).status_code == 302
    assert Client().get(address(photograph)).status_code == 200
    page = approver.get(photograph.record.get_absolute_url()).content.decode()
    assert "Photograph shown to the public" in page and "Take from the public" in page


def test_nobody_publishes_the_own_photograph_even_with_both_roles(photograph, cast, client_of):
    cast.reporter.groups.add(Group.objects.get(name="approver"))
    client = client_of(cast.reporter)
    answer = client.post(f"/files/{photograph.pk}/publish/", {"has_consent": "on"})
    assert answer.status_code == 403
    page = client.get(photograph.record.get_absolute_url()).content.decode()
    assert f"/files/{photograph.pk}/publish/" not in page


def test_taking_it_back_is_one_press(public, cast, client_of):
    url = f"/files/{public.pk}/hide/"
    assert client_of(cast.reporter).post(url).status_code == 403
    assert client_of(cast.approver).post(url).status_code == 302
    assert Client().get(address(public)).status_code == 404


def test_a_document_and_a_file_of_a_course_have_no_public_page(make, cast, client_of):
    course = make.photograph(make.course(), by=cast.officer, kind="photo_during")
    for file in (make.attachment(), course):
        answer = client_of(cast.approver).get(f"/files/{file.pk}/publish/")
        assert answer.status_code == 404

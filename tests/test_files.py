"""Files of a record: what is kept of them, who adds them, and that nothing of it is undone."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from PIL import ImageDraw

from core import storage
from core.attachments import KINDS, Attachment, AttachmentKind, copies_of
from core.refusals import key_of
from core.uploads import attach, clean_name, entry_of
from tests import papers


def refused(key: str):
    return pytest.raises(DatabaseError, match=key)


# -- what is kept ---------------------------------------------------------------------------------


def test_a_photograph_keeps_the_moment_and_the_place_of_the_camera(make):
    file = make.photograph(seed=1)
    assert file.taken_at == datetime(2010, 4, 26, 2, 30, tzinfo=UTC)
    assert (file.latitude, file.longitude) == (Decimal("25.02000"), Decimal("105.81000"))
    assert (file.width, file.height, file.media_type) == (640, 480, "image/jpeg")
    assert file.file_name == "IMG_0426.JPG"


def test_a_camera_that_was_held_upright_gives_an_upright_picture(make):
    data = papers.saved(papers.image(1), exif=papers.exif(orientation=6))
    file = make.attachment(upload=papers.upload(data, "a.jpg"), kind="photo_after")
    assert (file.width, file.height) == (480, 640)


@pytest.mark.parametrize("day", ["2999:01:01 00:00:00", "0000:00:00 00:00:00", "soon"])
def test_a_day_that_cannot_be_is_no_day(make, day):
    data = papers.saved(papers.image(1), exif=papers.exif(day=day, place=False))
    file = make.attachment(upload=papers.upload(data, "a.jpg"), kind="photo_after")
    assert file.taken_at is None and file.latitude is None


def test_the_bytes_are_kept_as_they_came_under_their_hash(make):
    data = papers.pdf("立项批复")
    file = make.attachment(upload=papers.upload(data, "批复.pdf", "text/html"))
    path = storage.path_of(file.sha256)
    assert path.read_bytes() == data and file.size == len(data)
    assert file.media_type == "application/pdf"
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


def test_the_same_document_lies_once_for_many_records(make):
    data = papers.pdf("覆盖两个项目")
    one = make.attachment(make.project_under_way(), papers.upload(data, "a.pdf"))
    two = make.attachment(make.project_under_way(), papers.upload(data, "b.pdf"))
    assert one.sha256 == two.sha256
    assert len(list(storage.path_of(one.sha256).parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("C:\\照片\\a.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("exe\u202egpj.txt", "exegpj.txt"),
        ("", "file"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_folders_and_hidden_marks(came, kept):
    assert clean_name(came) == kept


# -- who adds, and until when ---------------------------------------------------------------------


def test_the_own_office_and_those_above_add_files_and_nobody_else(make, cast):
    project = make.project_under_way()
    for person in (cast.reporter, cast.reporter2, cast.reviewer):
        make.photograph(project, by=person)
    for person in (cast.stranger, cast.officer, cast.approver, cast.auditor, cast.sysadmin):
        with pytest.raises(PermissionDenied):
            make.photograph(project, by=person)


def test_who_entered_an_inspection_adds_its_photographs(make, cast):
    """The supporting side's officer does not change the project, and still proves what was seen."""
    project = make.project_under_way()
    inspection = project.inspections.create(
        inspected_on=date(2010, 5, 1),
        office=make.office(),
        people="演示",
        result="好",
        created_by=cast.officer,
    )
    file = make.photograph(project, by=cast.officer, entry=inspection)
    assert list(Attachment.objects.at(inspection)) == list(Attachment.objects.of(project)) == [file]
    with pytest.raises(PermissionDenied):
        make.photograph(project, by=cast.finance, entry=inspection)


def test_an_entry_of_another_project_is_none_of_this_one(make, cast):
    report = make.project_under_way().progressreports.create(
        reported_on=date(2010, 5, 1), percent=10, spent=0, text="动工", created_by=cast.reporter
    )
    label = "projects.progressreport"
    assert entry_of(report.project, label=label, key=report.pk) == report
    assert entry_of(make.project(), label=label, key=report.pk) is None


def test_a_closed_record_takes_no_file_and_loses_none(make, cast):
    project = make.closed_project()
    with pytest.raises(PermissionDenied):
        make.photograph(project, by=cast.reporter)
    values = values_of(make.photograph(), record_id=project.pk)
    with refused("record_closed"), transaction.atomic():
        Attachment.objects.create(**values)


def test_what_is_public_of_a_closed_record_can_still_be_taken_back(make, cast):
    file = make.photograph(make.handed_over_project())
    file.publish(by=cast.approver)
    make.close(file.record)
    file.refresh_from_db()
    with refused("record_closed"), transaction.atomic():
        file.withdraw(by=cast.reporter, because="错")
    file.refresh_from_db()
    file.hide()
    assert not Attachment.objects.published().exists()


def test_the_same_file_twice_on_one_record_is_refused_in_words(make):
    first = make.attachment()
    again = papers.upload(storage.path_of(first.sha256).read_bytes(), "again.pdf")
    with pytest.raises(ValidationError, match="here already, as “批复.pdf”"):
        make.attachment(first.record, again)


def test_two_who_add_the_same_at_the_same_moment_are_one(make):
    first = make.attachment()
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        Attachment.objects.create(**values_of(first))
    assert key_of(error.value)[0] == "taken"


def values_of(file: Attachment, **changes) -> dict:
    kept = {field.attname: getattr(file, field.attname) for field in file._meta.local_fields}
    return {key: value for key, value in kept.items() if key != "id"} | changes


def test_what_was_withdrawn_may_be_added_again(make, cast):
    first = make.attachment()
    withdraw(first, cast.reporter)
    again = papers.upload(storage.path_of(first.sha256).read_bytes(), "again.pdf")
    assert make.attachment(first.record, again).pk != first.pk


def withdraw(file: Attachment, by) -> None:
    file.withdrawn_at, file.withdrawn_by, file.withdrawn_because = timezone.now(), by, "错"
    file.save()


# -- what the database holds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["sha256", "file_name", "uploaded_by_id", "latitude", "record_id"]
)
def test_what_a_file_tells_of_itself_never_changes(make, cast, field):
    file = make.photograph()
    changed = {"uploaded_by_id": cast.officer.pk, "latitude": 1, "record_id": make.project().pk}
    with refused("frozen"), transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(**{field: changed.get(field, "0" * 64)})


def test_words_and_kind_are_put_right_and_what_was_empty_is_filled_in_once(make):
    file = make.attachment(kind="other")
    rows = Attachment.objects.filter(pk=file.pk)
    rows.update(kind="approval_document", title_zh="立项批复", document_number="甬财〔2010〕17号")
    rows.update(title_zh="批复")
    with refused("file_frozen"), transaction.atomic():
        rows.update(document_number="甬财〔2010〕18号")


def test_a_file_is_never_deleted_and_a_withdrawal_never_undone(make, cast):
    file = make.attachment()
    with refused("never_deleted"), transaction.atomic():
        file.delete()
    withdraw(file, cast.reporter)
    with refused("file_frozen"), transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(withdrawn_at=None)


def test_a_withdrawal_has_a_reason(make):
    file = make.attachment()
    with pytest.raises(DatabaseError, match="withdrawn_with_reason"), transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(
            withdrawn_at=timezone.now(), withdrawn_by=file.uploaded_by
        )


def test_a_document_never_becomes_a_photograph(make):
    file = make.attachment()
    with refused("no_photograph"), transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(kind="photo_after")


def test_nobody_publishes_the_own_photograph_or_one_without_consent(make, cast):
    file = make.photograph()
    rows, now = Attachment.objects.filter(pk=file.pk), timezone.now()
    for by, consent in ((cast.reporter, True), (cast.approver, False)):
        with pytest.raises(DatabaseError, match="published_by_another"), transaction.atomic():
            rows.update(published_at=now, published_by=by, has_consent=consent)
    rows.update(published_at=now, published_by=cast.approver, has_consent=True)
    assert Attachment.objects.published().get() == file


def test_a_file_stands_under_a_record_that_exists(make):
    values = values_of(make.attachment())
    for changes in ({"record_id": 999_999}, {"workflow": "nothing"}):
        with refused("no_such_record"), transaction.atomic():
            Attachment.objects.create(**values | changes)


# -- the same picture twice -----------------------------------------------------------------------


def test_the_same_photograph_on_another_record_is_kept_and_pointed_out(make):
    one, two = make.photograph(seed=7), make.photograph(seed=7)
    other = make.photograph(seed=8)
    assert set(Attachment.objects.repeated()) == {one, two}
    assert copies_of([one, two, other]) == {one.pk: [two], two.pk: [one]}


@pytest.mark.parametrize(
    "copy",
    [
        lambda picture: papers.saved(picture, "PNG"),
        lambda picture: papers.saved(picture, quality=40),
        lambda picture: papers.saved(picture.resize((320, 240)), quality=70),
        lambda picture: papers.saved(picture.resize((1280, 960)), "WEBP", quality=60),
    ],
    ids=["png", "jpeg-again", "half", "webp"],
)
def test_a_copy_saved_anew_without_its_exif_is_found(make, copy):
    original = make.photograph(seed=7)
    data = copy(papers.image(7))
    again = make.attachment(upload=papers.upload(data, "wechat.jpg"), kind="photo_before")
    assert again.same_as == original and again.sha256 != original.sha256
    assert set(Attachment.objects.repeated()) == {original, again}


def test_what_was_built_since_makes_another_photograph_of_the_same_view(make):
    """Before and after from one standpoint are no copies, however alike the hills are."""
    project, after = make.project_under_way(), papers.image(7)
    ImageDraw.Draw(after).rectangle((300, 250, 360, 300), fill="white")
    make.photograph(project, seed=7, kind="photo_before")
    data = papers.saved(after, exif=papers.exif())
    make.attachment(project, papers.upload(data, "b.jpg"), kind="photo_after")
    assert not Attachment.objects.repeated().exists()


def test_hundred_different_photographs_are_different(make):
    project = make.project_under_way()
    for seed in range(100):
        make.photograph(project, seed=seed)
    assert not Attachment.objects.repeated().exists()


def test_a_copy_that_was_withdrawn_is_no_alarm_any_more(make, cast):
    make.photograph(seed=7)
    withdraw(make.photograph(seed=7), cast.reporter)
    assert not Attachment.objects.repeated().exists()


def test_a_document_may_serve_many_projects(make):
    data = papers.saved(papers.image(3))
    for _number in range(2):
        make.attachment(upload=papers.upload(data, "批复.jpg"), kind="approval_document")
    assert not Attachment.objects.repeated().exists()


def test_every_kind_that_code_names_is_there(db):
    assert set(AttachmentKind.objects.values_list("key", flat=True)) >= {key for key, *_ in KINDS}


def test_attach_says_no_to_an_unknown_word(make, cast):
    with pytest.raises(ValidationError, match="200"):
        attach(
            make.project(),
            papers.photograph(1),
            kind="photo_after",
            by=cast.reporter,
            title_zh="长" * 201,
        )

"""The pages of files: who sees and adds them, with which headers, and that each is judged alone."""

import os
import signal
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from core import pictures, storage
from core.attachments import Attachment
from core.storage import sweep
from core.timeline import timeline_of
from tests import papers
from tests.patience import join


def add_url(record) -> str:
    return reverse("core:file-add", args=[record.workflow_name, record.pk])


def send(client, record, *uploads, kind="photo_after", **more):
    return client.post(add_url(record), {"uploads": uploads, "kind": kind, **more})


def body(response) -> bytes:
    return b"".join(response.streaming_content)


# -- adding ---------------------------------------------------------------------------------------


def test_several_files_go_at_once_and_stand_on_the_page(make, cast, client_of):
    project = make.project_under_way()
    client = client_of(cast.reporter)
    answer = send(client, project, papers.photograph(1), papers.photograph(2), caption="屋面")
    assert answer.status_code == 302 and answer["Location"].endswith(f"/{project.pk}/#files")
    assert Attachment.objects.of(project).photographs().count() == 2
    page = client.get(answer["Location"]).content.decode()
    assert page.count("屋面") == 2 and "taken" in page and "25.0200° N, 105.8100° E" in page
    assert "2 photographs added" in page


def test_each_file_is_judged_on_its_own_and_refused_in_its_own_sentence(make, cast, client_of):
    project = make.project_under_way()
    bad = papers.upload(b"MZ\x90\x00" + b"\x00" * 100, "setup.jpg", "image/jpeg")
    empty = papers.upload(b"", "leer.pdf")
    answer = send(client_of(cast.reporter), project, papers.photograph(1), bad, empty)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "1 file is added: IMG_0426.JPG." in page
    assert "setup.jpg: This is .exe by its content" not in page  # a photograph is asked for
    assert "setup.jpg: A photograph is a picture: JPEG, PNG or WebP." in page
    assert "leer.pdf: The file is empty." in page
    assert Attachment.objects.of(project).count() == 1


def test_number_and_day_of_a_document_are_kept(make, cast, client_of):
    project = make.project_under_way()
    pdf = papers.upload(papers.pdf(), "批复.pdf")
    words = {"document_number": "甬扶办〔2010〕17号", "dated_on": "2010.4.20"}
    send(client_of(cast.reporter), project, pdf, kind="approval_document", **words)
    file = Attachment.objects.get()
    assert (file.document_number, str(file.dated_on)) == ("甬扶办〔2010〕17号", "2010-04-20")


def test_nothing_chosen_and_too_many_are_said(make, cast, client_of):
    project, client = make.project_under_way(), client_of(cast.reporter)
    assert "Choose at least one file." in send(client, project).content.decode()
    many = [papers.upload(b"", f"{number}.txt") for number in range(21)]
    answer = send(client, project, *many)
    assert "At most 20 files go at once; these are 21." in answer.content.decode()


def test_no_more_of_a_file_is_received_than_may_be_kept(make, cast, client_of, settings):
    settings.DOCUMENT_MB = settings.PHOTOGRAPH_MB = 1
    large = papers.upload(papers.pdf() + b"\x00" * 5_000_000, "large.pdf")
    answer = send(client_of(cast.reporter), make.project_under_way(), large, kind="other")
    (received,) = answer.context["form"].files.getlist("uploads")
    assert received.size == 1024 * 1024 + 1
    assert "large.pdf: The file is larger than 1.0\xa0MB." in answer.content.decode()


def test_a_request_larger_than_all_that_may_go_at_once_is_not_received(
    make, cast, client_of, settings
):
    settings.DOCUMENT_MB = settings.PHOTOGRAPH_MB = 0
    answer = send(client_of(cast.reporter), make.project_under_way(), papers.photograph(1))
    assert answer.status_code == 400


def test_who_has_not_signed_in_sends_no_large_file(make):
    """Even with the token of the sign-in page, which is read from the same request."""
    client, project = Client(enforce_csrf_checks=True), make.project_under_way()
    token = client.get(reverse("account_login")).context["csrf_token"]
    for size, status in ((2_000_000, 400), (2_000, 302)):
        file = papers.upload(b"\x00" * size, "a.bin")
        answer = send(client, project, file, csrfmiddlewaretoken=str(token))
        assert answer.status_code == status


def test_a_partner_reads_and_does_not_add(make, cast, client_of):
    file = make.photograph()
    client = client_of(cast.officer)
    page = client.get(file.record.get_absolute_url()).content.decode()
    assert "Files and photographs" in page and "Add files" not in page
    assert client.get(add_url(file.record)).status_code == 403
    assert client.get(f"/files/{file.pk}/").status_code == 200


def test_a_stranger_gets_404_for_every_address_of_a_file(make, cast, client_of):
    file = make.photograph()
    client = client_of(cast.stranger)
    for address in ("", "copy/320/", "edit/", "withdraw/", "publish/"):
        assert client.get(f"/files/{file.pk}/{address}").status_code == 404, address
    assert client.post(f"/files/{file.pk}/hide/").status_code == 404
    assert client.get(add_url(file.record)).status_code == 404
    assert client.get("/files/new/nothing/1/").status_code == 404


def test_an_entry_of_nothing_is_not_found(make, cast, client_of):
    url = add_url(make.project_under_way())
    for entry in ("projects.nothing:1", "x", "projects.project:abc"):
        assert client_of(cast.reporter).get(f"{url}?entry={entry}").status_code == 404


# -- the bytes ------------------------------------------------------------------------------------


def test_a_file_is_given_out_as_it_came_and_as_nothing_else(make, cast, client_of):
    data = papers.pdf("批复")
    file = make.attachment(upload=papers.upload(data, "批复 1.pdf", "text/html"))
    answer = client_of(cast.reporter).get(f"/files/{file.pk}/")
    assert body(answer) == data
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''%E6%89%B9%E5%A4%8D%201.pdf"


@pytest.mark.parametrize(
    ("data", "name", "given"),
    [
        (papers.office(), "报告.docx", "%E6%8A%A5%E5%91%8A.docx"),
        (papers.office(papers.XLSX), "a.html", "a.html.xlsx"),
        ("说明".encode(), "a.txt", "a.txt"),
        (papers.old_office("WordDocument"), 'a".exe', "a%22.exe.doc"),
    ],
)
def test_what_a_browser_would_not_show_safely_is_kept_by_it_as_what_it_is(
    make, cast, client_of, data, name, given
):
    file = make.attachment(upload=papers.upload(data, name))
    disposition = client_of(cast.reporter).get(f"/files/{file.pk}/")["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert given in disposition or given.replace("%22", '\\"') in disposition


def test_a_browser_that_has_the_file_is_told_so_and_only_while_it_may_see_it(make, cast, client_of):
    file = make.photograph()
    known = {"If-None-Match": f'"{file.sha256}"'}
    assert client_of(cast.reporter).get(f"/files/{file.pk}/", headers=known).status_code == 304
    assert client_of(cast.stranger).get(f"/files/{file.pk}/", headers=known).status_code == 404


@pytest.mark.parametrize(
    ("edge", "size"), [(320, (240, 320)), (640, (480, 640)), (1600, (480, 640))]
)
def test_a_copy_is_small_upright_and_tells_nothing_of_the_camera(make, cast, client_of, edge, size):
    data = papers.saved(
        papers.image(1), exif=papers.exif(orientation=6), comment=b"CANARY", icc_profile=b"CANARY"
    )
    assert b"CANARY" in data
    file = make.attachment(upload=papers.upload(data, "a.jpg"), kind="photo_after")
    answer = client_of(cast.reporter).get(f"/files/{file.pk}/copy/{edge}/")
    copy = body(answer)
    image = Image.open(BytesIO(copy))
    assert image.size == size and image.format == "JPEG"
    assert not image.getexif() and set(image.info) <= {"jfif", "jfif_version", "jfif_unit",
                                                       "jfif_density", "progressive",
                                                       "progression"}  # fmt: skip
    assert b"CANARY" not in copy and b"Exif" not in copy
    assert answer["Content-Type"] == "image/jpeg" and "nosniff" in str(answer.headers)


def test_a_copy_of_another_size_or_of_a_document_is_not_made(make, cast, client_of):
    client = client_of(cast.reporter)
    assert client.get(f"/files/{make.photograph().pk}/copy/5000/").status_code == 404
    assert client.get(f"/files/{make.attachment().pk}/copy/320/").status_code == 404


def test_no_file_is_reached_past_its_page(make, client):
    file = make.photograph()
    for address in (f"/media/{file.sha256}", f"/static/files/{file.sha256[:2]}/{file.sha256}"):
        assert client.get(address).status_code in (302, 404)


# -- putting right, withdrawing -------------------------------------------------------------------


def test_words_and_kind_are_put_right_and_the_history_tells_it(make, cast, client_of):
    file = make.attachment(kind="other")
    client = client_of(cast.reporter2)
    words = {"kind": "contract", "title_zh": "施工合同", "document_number": "2010-17"}
    answer = client.post(f"/files/{file.pk}/edit/", words)
    assert answer.status_code == 302
    changes = [line for entry in timeline_of(file.record) for line in entry.changes]
    assert ("kind", "Other", "Contract") in changes and (
        "Chinese title",
        "–",
        "施工合同",
    ) in changes
    assert "document_number" not in client.get(f"/files/{file.pk}/edit/").context["form"].fields


def test_a_document_is_offered_no_kind_of_photograph(make, cast, client_of):
    page = client_of(cast.reporter).get(f"/files/{make.attachment().pk}/edit/")
    kinds = page.context["form"].fields["kind"].queryset
    assert not kinds.filter(is_photograph=True).exists()


def test_a_withdrawn_file_is_told_with_its_reason_and_opens_for_the_auditor_alone(
    make, cast, client_of
):
    file = make.photograph(caption="孩子")
    client = client_of(cast.reporter)
    assert client.post(f"/files/{file.pk}/withdraw/", {"reason": " "}).status_code == 422
    client.post(f"/files/{file.pk}/withdraw/", {"reason": "照片里有孩子"})
    page = client.get(file.record.get_absolute_url()).content.decode()
    assert "照片里有孩子" in page and f"/files/{file.pk}/" not in page
    assert storage.path_of(file.sha256).exists()
    for address in ("", "copy/320/", "edit/"):
        assert client.get(f"/files/{file.pk}/{address}").status_code == 404
    assert client_of(cast.auditor).get(f"/files/{file.pk}/").status_code == 200


# -- the same photograph twice --------------------------------------------------------------------


def test_both_pages_say_that_a_photograph_stands_twice(make, cast, client_of):
    one, two = make.photograph(seed=7), make.photograph(seed=7)
    client = client_of(cast.reporter)
    for file, other in ((one, two), (two, one)):
        page = client.get(file.record.get_absolute_url()).content.decode()
        assert "The same photograph stands as" in page and other.record.number in page


def test_a_record_out_of_the_scope_is_not_named_in_the_warning(make, cast, client_of):
    leishan = {"office": make.office("qdn-leishan"), "county": make.place("522634")}
    far = make.project(created_by=cast.stranger, **leishan)
    make.photograph(far, seed=7)
    page = client_of(cast.reporter).get(make.photograph(seed=7).record.get_absolute_url())
    assert "stands at a record of another office" in page.content.decode()
    assert far.number not in page.content.decode()


def test_thirty_files_cost_the_queries_of_three(make, cast, client_of):
    client = client_of(cast.reporter)
    projects = [make.project_under_way(), make.project_under_way()]
    for project, count in zip(projects, (3, 30), strict=True):
        for number in range(count):
            make.photograph(project, seed=number)
            make.attachment(project)
    counted = []
    for project in projects:
        client.get(project.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(project.get_absolute_url())
        counted.append(len(queries))
    assert counted[0] == counted[1]


# -- whole or not at all --------------------------------------------------------------------------


def files_under(folder: str) -> list[Path]:
    root = Path(settings.MEDIA_ROOT, folder)
    return [path for path in root.rglob("*") if path.is_file()]


def grow_old(paths: list[Path]) -> None:
    for path in paths:
        os.utime(path, (time.time() - 2 * storage.DAY,) * 2)


def test_a_disk_that_fails_leaves_neither_file_nor_row(make, cast):
    def chunks():
        yield b"half"
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        storage.write(storage.path_of("a" * 64), chunks())
    assert not files_under("files") and not files_under("incoming")


def test_a_killed_process_leaves_no_half_file_under_its_name(db):
    """A real process, killed in the middle of a file."""

    def slow():
        yield b"half"
        time.sleep(60)

    child = os.fork()
    if not child:
        storage.write(storage.path_of("a" * 64), slow())
        os._exit(0)
    while not files_under("incoming"):
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert not files_under("files") and len(files_under("incoming")) == 1
    assert sweep() == 0  # it could still be at work
    grow_old(files_under("incoming"))
    assert sweep() == 1 and not files_under("incoming")


def test_a_row_that_is_refused_leaves_a_file_that_the_night_sweeps_away(make, cast):
    file = make.photograph()
    kept = storage.path_of(file.sha256)
    with pytest.raises(ValidationError), transaction.atomic():
        make.attachment(upload=papers.upload(papers.pdf("孤儿")), document_number="\u202e")
    storage.land(papers.upload(b"nobody's"), "b" * 64)
    assert len(files_under("files")) == 2
    assert sweep() == 0
    grow_old(files_under("files"))
    assert sweep() == 1
    assert files_under("files") == [kept]


def test_a_copy_goes_with_its_file(make):
    file = make.photograph()
    pictures.copy_of(file.sha256, 320)
    assert sweep() == 0 and len(files_under("copies")) == 1
    storage.path_of(file.sha256).unlink()
    assert sweep() == 1 and not files_under("copies")


def test_the_sweep_waits_for_a_file_whose_row_is_being_written(owner):
    """Otherwise a file as old as an earlier attempt would go just before its row is there."""
    owner.execute("SELECT pg_advisory_xact_lock_shared(hashtext('core.storage'))")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
    with pytest.raises(OperationalError, match="lock timeout"):
        sweep()


def test_a_file_about_to_be_named_holds_the_sweep_off(make, owner):
    with transaction.atomic():
        storage.land(papers.upload(b"soon named"), "d" * 64)
        free = "SELECT pg_try_advisory_xact_lock(hashtext('core.storage'))"
        assert owner.execute(free).fetchone() == (False,)


def test_a_file_that_lies_there_already_is_young_again(make):
    data = papers.upload(papers.pdf("again"))
    storage.land(data, "c" * 64)
    grow_old(files_under("files"))
    storage.land(data, "c" * 64)
    assert sweep() == 0


def test_eight_readers_at_once_make_one_copy(make):
    file, made = make.photograph(), []
    readers = [
        threading.Thread(
            target=lambda: made.append(pictures.copy_of(file.sha256, 320).read_bytes())
        )
        for _number in range(8)
    ]
    for reader in readers:
        reader.start()
    join(*readers)
    assert len(made) == 8 and len(set(made)) == 1 and len(files_under("incoming")) == 0

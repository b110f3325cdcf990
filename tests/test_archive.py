"""The archive of a project: what is in it, for whom, and that it can be checked by anybody."""

import hashlib
import io
import json
import subprocess
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import storage
from core.archive_check import verdict_of
from core.archives import TakenArchive, is_safe, safe_name
from core.models import Decision
from core.timeline import timeline_of
from projects.archive_data import data_of
from projects.models import PARTS, FundingLine, Project
from tests import papers


@pytest.fixture
def project(make) -> Project:
    """Paid for in part, amended, with a photograph and two documents of one odd name."""
    line = make.line()
    project = line.project
    make.paid_payment(line, "400.00")
    make.amendment(project)
    make.photograph(project, 7)
    for number in (1, 2):
        pdf = papers.upload(papers.pdf(f"文件 {number}"), "批复：“一”.pdf")
        make.attachment(project, pdf, document_number=f"册扶办〔2010〕{number}号")
    return project


def take(client_of, user, project) -> bytes:
    answer = client_of(user).post(f"/projects/{project.pk}/archive/")
    assert answer.status_code == 200 and answer.streaming
    return b"".join(answer.streaming_content)


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def manifest_of(archive: zipfile.ZipFile) -> dict:
    return json.loads(archive.read("manifest.json"))


def test_an_archive_holds_the_record_its_data_its_money_and_its_files(
    cast, client_of, project, tmp_path
):
    archive = opened(take(client_of, cast.officer, project))
    names = archive.namelist()
    assert {"record.en.html", "record.zh.html", "data.json", "money.csv", "README.txt"} <= {*names}
    files = [one for one in manifest_of(archive)["files"] if one["path"].startswith("files/")]
    assert [one["original_name"] for one in files][1:] == ["批复：“一”.pdf"] * 2
    assert files[1]["document_number"] == "册扶办〔2010〕1号"
    assert files[1]["added_by"] == str(cast.reporter)
    for name in (one["path"] for one in files):
        entry = archive.getinfo(name)
        assert is_safe(name) and (name.isascii() or entry.flag_bits & 0x800)
    archive.extractall(tmp_path)
    check = ["sha256sum", "--strict", "-c", "manifest.sha256"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, timeout=60).returncode == 0
    money = archive.read("money.csv").decode("utf-8-sig")
    assert "400.00" in money and money.count("\n") == 3


def test_each_decision_can_be_hashed_again(cast, client_of, project):
    archive = opened(take(client_of, cast.officer, project))
    decisions = Decision.objects.of(project)
    for decision in decisions:
        path = f"decisions/{project.number}-{decision.pk}-{decision.move}.json"
        assert hashlib.sha256(archive.read(path)).hexdigest() == decision.content_hash
    told = json.loads(archive.read("data.json"))["decisions"]
    assert {one["of"][0] for one in told} == {"P", "A", "Z"}


def test_every_kind_of_row_that_belongs_to_a_project_is_in_its_data(cast, client_of, project):
    data = json.loads(opened(take(client_of, cast.auditor, project)).read("data.json"))
    kinds = {
        relation.related_model._meta.model_name
        for relation in Project._meta.related_objects
        if relation.related_model._meta.app_label == "projects"
        and not hasattr(relation.related_model, "pgh_obj")
    }
    unread = {kind for kind in kinds if not cast.auditor.has_perm(f"projects.view_{kind}")}
    kinds -= unread - {part._meta.model_name for part in (*PARTS, FundingLine)}
    assert kinds | {"payment", "surplus", "setaside", "toldapart"} <= data.keys()
    assert data["plannedquantity"][0]["planned"] == "12.00"
    assert data["payment"][0]["line"]["id"]
    assert data["project"]["agreed_amount"] == "697500.00"
    assert [entry["what"] for entry in data["history"]][0]


def test_what_a_person_does_not_read_is_not_in_the_data(cast, project):
    reader = cast.officer
    reader._perm_cache = reader.get_all_permissions() - {"projects.view_payment"}
    data = data_of(project, reader, [], [], {})
    assert "payment" not in data and data["allocation"]


def test_the_pages_in_it_stand_alone(cast, client_of, project):
    archive = opened(take(client_of, cast.officer, project))
    for name, word in (("record.en.html", "Under way"), ("record.zh.html", "实施中")):
        html = archive.read(name).decode()
        body = html[html.index("<main") :]
        assert word in body and project.number in body and "400.00" in body
        for sign in ("<script", "<form", "<button", "<input", 'href="/', 'src="/'):
            assert sign not in body
        assert 'src="files/001-' in body and 'href="files/002-' in body


def test_a_file_that_is_not_in_the_store_is_said(cast, client_of, project):
    gone = project_files(project)[1]
    storage.path_of(gone.sha256).unlink()
    content = take(client_of, cast.officer, project)
    archive = opened(content)
    [missing] = manifest_of(archive)["missing"]
    assert missing["recorded_sha256"] == gone.sha256 and missing["path"] not in archive.namelist()
    assert gone.sha256 in archive.read("README.txt").decode()
    verdict = verdict_of(io.BytesIO(content))
    assert (verdict.faults, verdict.missing) == ([], [missing["path"]])


def project_files(project):
    return list(storage.Attachment.objects.of(project).order_by("pk"))


def test_a_file_that_was_changed_in_the_store_does_not_agree(cast, client_of, project):
    file = project_files(project)[1]
    storage.path_of(file.sha256).write_bytes(b"%PDF-1.4 of somebody else")
    [fault] = verdict_of(io.BytesIO(take(client_of, cast.officer, project))).faults
    assert file.sha256 in fault


def test_a_withdrawn_file_is_left_out_for_who_does_not_open_it(cast, client_of, project):
    file = project_files(project)[2]
    file.withdraw(by=cast.reporter, because="扫描错了")
    left = manifest_of(opened(take(client_of, cast.officer, project)))
    assert [one["recorded_sha256"] for one in left["left_out"]] == [file.sha256]
    assert file.sha256 not in {one["sha256"] for one in left["files"]}
    seen = manifest_of(opened(take(client_of, cast.auditor, project)))
    assert file.sha256 in {one["sha256"] for one in seen["files"]}


def test_who_takes_an_archive_is_kept(cast, client_of, project):
    take(client_of, cast.officer, project)
    kept = TakenArchive.objects.get()
    assert (kept.taken_by, kept.file_count) == (cast.officer, 3) and kept.size > 1000
    assert any(entry.what == "Archive taken" for entry in timeline_of(project))
    for sql in ("UPDATE core_takenarchive SET file_count = 0", "DELETE FROM core_takenarchive"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_nobody_takes_what_the_page_does_not_show(cast, client_of, project):
    for person, status in ((cast.stranger, 404), (cast.sysadmin, 403), (cast.donor, 404)):
        answer = client_of(person).post(f"/projects/{project.pk}/archive/")
        assert answer.status_code == status
    assert client_of(cast.officer).get(f"/projects/{project.pk}/archive/").status_code == 405
    assert not TakenArchive.objects.exists()


def test_an_archive_is_never_whole_in_memory(cast, client_of, make):
    project = make.project()
    noise = hashlib.shake_256(b"noise").digest(4_000_000)
    pdf = b"%PDF-1.4\n" + noise.hex().encode() + b"\nstartxref\n0\n%%EOF\n"
    make.attachment(project, SimpleUploadedFile("gross.pdf", pdf))
    answer = client_of(cast.officer).post(f"/projects/{project.pk}/archive/")
    assert max(len(part) for part in answer.streaming_content) < 1_500_000


def test_the_page_says_how_much_there_is(cast, client_of, project):
    page = client_of(cast.officer).get(project.get_absolute_url()).content.decode()
    assert f'action="/projects/{project.pk}/archive/"' in page and "3 files," in page


# -- checking -------------------------------------------------------------------------------------


def written(content: bytes, change) -> io.BytesIO:
    """The archive written anew with its members changed: (name, content) -> content or None."""
    out = io.BytesIO()
    with opened(content) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            if (data := change(name, source.read(name))) is not None:
                target.writestr(name, data)
    return out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda name, data: data + b" " if name == "data.json" else data, "data.json is not what"),
        (lambda name, data: None if name == "money.csv" else data, "money.csv stands in"),
        (lambda name, data: None if name == "manifest.json" else data, "no manifest"),
        (lambda name, data: b"{" if name == "manifest.json" else data, "cannot be read"),
    ],
)
def test_what_does_not_agree_is_said(cast, client_of, project, change, words):
    content = take(client_of, cast.officer, project)
    assert verdict_of(io.BytesIO(content)).faults == []
    assert words in " ".join(verdict_of(written(content, change)).faults)


def test_what_was_added_and_what_was_cut_off_is_said(cast, client_of, project):
    content = take(client_of, cast.officer, project)
    more = io.BytesIO(content)
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("../../etc/passwd", "x")
    words = " ".join(verdict_of(more).faults)
    assert "could leave the folder" in words and "not in the manifest" in words
    assert verdict_of(io.BytesIO(content[:-3000])).faults


def test_a_decision_that_was_rewritten_does_not_agree(cast, client_of, project):
    """Also where its hash in the manifest was rewritten with it."""
    content = take(client_of, cast.officer, project)
    manifest = manifest_of(opened(content))
    one = next(one for one in manifest["files"] if one["path"].startswith("decisions/"))
    other = hashlib.sha256(b"{}").hexdigest()

    def change(name, data):
        if name == one["path"]:
            return b"{}"
        if name in ("manifest.json", "manifest.sha256"):
            return data.replace(one["sha256"].encode(), other.encode(), 1)
        return data

    faults = verdict_of(written(content, change)).faults
    assert any("is not what was recorded" in fault for fault in faults)


def test_the_commands_write_and_check_an_archive(cast, project, tmp_path, capsys):
    out = tmp_path / "p.zip"
    call_command("archive", project.number, str(out), by="officer")
    call_command("verify_archive", str(out))
    assert "all of them as the manifest says" in capsys.readouterr().out
    assert TakenArchive.objects.get().taken_by == cast.officer
    call_command("archive", project.number, str(out))
    assert TakenArchive.objects.last().taken_by is None
    out.write_bytes(out.read_bytes()[:-100])
    for arguments in (
        ("verify_archive", str(out)),
        ("archive", "P-1999-0001", str(out)),
        ("archive", project.number, str(out), "--by", "stranger"),
    ):
        with pytest.raises(CommandError):
            call_command(*arguments)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("批复.pdf", "批复.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("CON?.pdf", "CON_.pdf"),
        ("...", "file"),
        ("中" * 90 + ".pdf", "中" * 52 + ".pdf"),
        ("a" * 300, "a" * 160),
    ],
)
def test_names_are_safe_on_every_system(name, safe):
    assert safe_name(name) == safe and is_safe(f"files/{safe}")

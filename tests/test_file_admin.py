"""Files in the Django admin: the scope, the judgement and the refusals of the pages."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

from core.attachments import Attachment, AttachmentKind
from tests import papers

LIST = "/admin/core/attachment/"


def add(client, record, upload, kind="approval_document", **more):
    return client.post(
        f"{LIST}add/", {"number": record.number, "upload": upload, "kind": kind, **more}
    )


def errors_of(answer) -> dict:
    return answer.context["adminform"].form.errors


def test_a_file_is_added_by_the_number_of_its_record(make, cast, client_of):
    project = make.project_under_way()
    upload = papers.upload(papers.pdf(), "批复.pdf", "text/html")
    answer = add(client_of(cast.reporter), project, upload, document_number="甬扶办〔2010〕17号")
    assert answer.status_code == 302
    file = Attachment.objects.of(project).get()
    assert (file.uploaded_by, file.media_type) == (cast.reporter, "application/pdf")
    assert file.document_number == "甬扶办〔2010〕17号"


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", "other", "The file is empty."),
        (b"MZ\x90\x00" + b"\x00" * 100, "other", "This is .exe by its content"),
        (papers.pdf(), "photo_after", "A photograph is a picture"),
    ],
)
def test_it_is_judged_as_on_the_pages(make, cast, client_of, data, kind, words):
    answer = add(client_of(cast.reporter), make.project(), papers.upload(data, "a.pdf"), kind)
    assert words in errors_of(answer)["upload"][0]
    assert not Attachment.objects.exists()


def test_the_same_file_twice_is_refused_beside_the_field(make, cast, client_of):
    project, client = make.project(), client_of(cast.reporter)
    for _number in range(2):
        answer = add(client, project, papers.upload(papers.pdf(), "a.pdf"))
    assert "here already" in errors_of(answer)["upload"][0]


def test_a_record_out_of_the_scope_does_not_exist_and_a_partner_s_takes_none(make, cast, client_of):
    project, pdf = make.project(), papers.pdf()
    answer = add(client_of(cast.stranger), project, papers.upload(pdf, "a.pdf"))
    assert "no record of this number" in errors_of(answer)["number"][0]
    answer = add(client_of(cast.officer), project, papers.upload(pdf, "a.pdf"))
    assert "Your role does not add files" in errors_of(answer)["number"][0]
    assert add(client_of(cast.auditor), project, papers.upload(pdf, "a.pdf")).status_code == 403


def test_the_list_has_the_files_of_the_scope(make, cast, client_of):
    file = make.attachment(title_en="Approval of the cellars")
    assert file.title_en in client_of(cast.officer).get(LIST).content.decode()
    assert file.title_en not in client_of(cast.stranger).get(LIST).content.decode()
    assert client_of(cast.stranger).get(f"{LIST}{file.pk}/change/").status_code == 302


def test_words_are_put_right_and_facts_only_read(make, cast, client_of):
    file = make.attachment()
    url = f"{LIST}{file.pk}/change/"
    answer = client_of(cast.reporter).post(
        url, {"kind": "contract", "title_zh": "合同", "sha256": "0" * 64, "file_name": "x"}
    )
    assert answer.status_code == 302
    after = Attachment.objects.get()
    assert (after.kind_id, after.title_zh) == ("contract", "合同")
    assert (after.sha256, after.file_name) == (file.sha256, file.file_name)
    assert client_of(cast.officer).post(url, {"kind": "other"}).status_code == 403


def test_a_file_is_withdrawn_with_a_reason_and_never_deleted(make, cast, client_of):
    file = make.attachment()
    client = client_of(cast.reporter)
    chosen = {"action": "withdraw", ACTION_CHECKBOX_NAME: [file.pk]}
    page = client.post(LIST, chosen, follow=True)
    assert "Give the reason" in page.content.decode()
    officer = client_of(cast.officer).post(LIST, {**chosen, "note": "x"}, follow=True)
    assert "Your role does not change" in officer.content.decode()
    assert Attachment.objects.current().exists()
    client.post(LIST, {**chosen, "note": "扫描不全"})
    assert Attachment.objects.get().withdrawn_because == "扫描不全"
    assert client.post(f"{LIST}{file.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_administrator_adds_a_kind_and_renames_none_of_those_that_code_names(cast, client_of):
    client, url = client_of(cast.sysadmin), "/admin/core/attachmentkind/"
    new = {"key": "weather", "name_zh": "气象证明", "name_en": "Weather record", "position": 200}
    assert client.post(f"{url}add/", {**new, "is_offered": "on"}).status_code == 302
    changed = {"key": "x", "name_zh": "勘察报告", "name_en": "Survey", "position": 50}
    assert client.post(f"{url}survey_report/change/", changed).status_code == 302
    kind = AttachmentKind.objects.get(key="survey_report")
    assert kind.name_zh == "勘察报告" and not kind.is_offered
    assert client.post(f"{url}weather/delete/", {"post": "yes"}).status_code == 403
    assert client_of(cast.reporter).get(url).status_code == 403

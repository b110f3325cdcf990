"""The search over everything finds what one may read, and nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.mark.parametrize("typed", ["水窖", "窖", "shuijiao", "cellars", "ＣＥＬＬＡＲＳ"])
def test_a_project_is_found_by_characters_pinyin_and_english(make, cast, client_of, typed):
    project = make.project(name_zh="冗渡镇水窖")
    answer = client_of(cast.reporter).get("/search/", {"q": typed})
    assert f"/projects/{project.pk}/" in answer.text


def test_a_number_opens_its_record(make, cast, client_of):
    project = make.project()
    answer = client_of(cast.reporter).get("/search/", {"q": project.number.lower()})
    assert answer.status_code == 302 and answer["Location"] == f"/projects/{project.pk}/"


def test_a_receipt_number_opens_the_gift(make, cast, client_of):
    gift = make.posted_gift()
    answer = client_of(cast.finance).get("/search/", {"q": gift.receipt_number})
    assert answer["Location"] == f"/gifts/{gift.pk}/"


def test_what_lies_outside_the_scope_or_the_role_is_not_found(make, cast, client_of):
    project = make.project(name_zh="冗渡镇水窖")
    gift = make.posted_gift(donor=make.donor(name_zh="演示水窖捐赠人"))
    assert f"/projects/{project.pk}/" not in _found(client_of(cast.stranger), "水窖")
    assert f"/donors/{gift.donor_id}/" not in _found(client_of(cast.reporter), "水窖")
    assert f"/donors/{gift.donor_id}/" in _found(client_of(cast.clerk), "水窖")
    assert "Nothing fits" in _found(client_of(cast.reporter), gift.receipt_number)


def _found(client, text: str) -> str:
    return client.get("/search/", {"q": text}).text.split("<main")[1]


@pytest.mark.parametrize("typed", ["", "   ", "'\"%_\\", "<script>", "长" * 500, "\u202e"])
def test_any_text_gets_a_page(cast, client_of, typed):
    assert client_of(cast.officer).get("/search/", {"q": typed}).status_code == 200


def test_the_number_of_queries_does_not_grow_with_what_is_found(
    make, cast, client_of, django_assert_num_queries
):
    make.project(name_zh="冗渡镇水窖")
    client = client_of(cast.officer)
    with CaptureQueriesContext(connection) as one:
        client.get("/search/", {"q": "水窖"})
    for _ in range(8):
        make.project(name_zh="冗渡镇水窖")
    with django_assert_num_queries(len(one)):
        client.get("/search/", {"q": "水窖"})

"""The menu: it offers what the role may read and nothing else; a role without cases is told so."""

import re

import pytest


@pytest.mark.parametrize(
    ("who", "gifts", "projects"),
    [("officer", True, True), ("reporter", False, True), ("sysadmin", False, False)],
)
def test_the_menu_offers_only_places_that_open(cast, client_of, who, gifts, projects):
    page = client_of(getattr(cast, who)).get("/").content.decode()
    assert ('href="/gifts/"' in page) is gifts
    assert ('href="/projects/"' in page) is projects
    assert ("/overview/progress/" in page) is projects
    assert ("Your role reads no cases here" in page) is not projects


@pytest.mark.parametrize("path", ["/funds/", "/payments/", "/allocations/", "/appropriations/"])
def test_the_lists_of_money_stand_side_by_side(cast, client_of, path):
    page = client_of(cast.finance).get(path).content.decode()
    for other in ("/funds/", "/payments/", "/allocations/", "/appropriations/"):
        assert f'class="chip" href="{other}"' in page
    rail = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall(r'href="([^"]+)"[^>]* aria-current', rail) == ["/funds/"]


def test_the_organisations_stand_beside_the_twinnings(cast, client_of):
    page = client_of(cast.officer).get("/twinnings/").content.decode()
    assert 'class="chip" href="/organisations/"' in page

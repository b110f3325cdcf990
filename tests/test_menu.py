"""The menu: it offers what the role may read and nothing else; a role without cases is told so."""

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

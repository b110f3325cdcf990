"""What people type into forms, for the tests that send them."""

from core.models import Division


def project_typed(make, **changes) -> dict:
    """What a reporter of Ceheng types for a project; everything can be overridden."""
    return {
        "name_zh": "冗渡镇 12 口水窖",
        "name_en": "12 water cellars, Rongdu",
        "kind": "government",
        "level": "county",
        "year": "2010",
        "types": ["water"],
        "county": make.place().pk,
        "supporter": make.office("nb-jiangbei").pk,
        "town": Division.objects.get(code="522327104").pk,
        "village": "板街村",
        "office": make.office("qxn-ceheng").pk,
        "agreed_amount": "697,500.00",
        "agreed_amount_unit": "yuan",
        "match_amount": "",
        "match_amount_unit": "yuan",
        "need": "旱季缺水。",
        "content_zh": "水窖 12 口",
        "content_en": "12 cellars",
        "household_count": "",
        "people_count": "1286",
        "people_qualifier": "about",
        "approval_document": "",
    } | changes


def rows_typed(prefix: str, rows: list[dict], *, kept: int = 0) -> dict:
    """What is typed into the table of a part; the first `kept` rows are those of the record."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": kept}
    for place, row in enumerate(rows):
        data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data

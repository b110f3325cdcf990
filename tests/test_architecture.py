"""The house stands: apps import downwards only, and no foreign key points up."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

FLOORS = [
    ["core"],
    ["accounts"],
    ["partnerships", "ledger"],
    ["projects", "training"],
    ["donations"],
    ["reports"],
    ["portal"],
    ["config"],
]
FLOOR_OF = {app: floor for floor, siblings in enumerate(FLOORS) for app in siblings}
FILES = sorted(
    path
    for app in FLOOR_OF
    for path in Path(settings.BASE_DIR, app).rglob("*.py")
    if "migrations" not in path.parts
)


def imported_apps(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names} & set(FLOOR_OF)


def may_import(app: str, other: str) -> bool:
    return app == other or FLOOR_OF[other] < FLOOR_OF[app]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_module_imports_only_from_floors_below(path):
    app = path.relative_to(settings.BASE_DIR).parts[0]
    wrong = {other for other in imported_apps(path) if not may_import(app, other)}
    assert not wrong, f"{app} imports {wrong}"


def test_every_app_of_ours_has_a_floor():
    ours = {config.label for config in apps.get_app_configs() if _is_ours(config)}
    assert ours == set(FLOOR_OF) - {"config"}


def _is_ours(config) -> bool:
    return Path(config.path).parent == Path(settings.BASE_DIR)


def test_no_foreign_key_points_to_a_floor_above():
    wrong = []
    for model in apps.get_models():
        app = model._meta.app_label
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and field.concrete and field.related_model
            if not target or app not in FLOOR_OF or target._meta.app_label not in FLOOR_OF:
                continue
            is_user = target._meta.label == settings.AUTH_USER_MODEL
            if not is_user and not may_import(app, target._meta.app_label):
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert not wrong


@pytest.mark.parametrize("word", ["get_model(", "@receiver", ".connect(", "import_module("])
def test_nobody_reaches_around_the_floors(word):
    guilty = [
        str(path)
        for path in FILES
        if word in path.read_text(encoding="utf-8") and path.parts[-2] != "config"
    ]
    guilty = [path for path in guilty if "psycopg.connect(" not in Path(path).read_text("utf-8")]
    assert not guilty


def test_every_module_says_what_is_in_here():
    silent = [
        str(path.relative_to(settings.BASE_DIR))
        for path in FILES
        if path.name not in ("__init__.py", "apps.py", "urls.py")
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent

"""The roles and the life cycles as pages for people, written from the tables that the program uses.

Rule: docs/roles.md and docs/workflows.md are never edited by hand; a test compares them.
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import translation

from accounts.roles import ROLES
from core.lifecycle import WORKFLOWS, Move, Workflow

MADE = "<!-- Written by `manage.py write_docs` from the program's own tables. -->"
ENTRY = "entered it"


def documents() -> dict[Path, str]:
    """The text of each generated page by its path, in English."""
    docs = Path(settings.BASE_DIR, "docs")
    with translation.override("en"):
        return {docs / "roles.md": roles_page(), docs / "workflows.md": workflows_page()}


def roles_page() -> str:
    lines = ["# Roles", "", MADE, ""]
    lines += [
        "A person has one office and one or more roles. The role says what, the office which rows,",
        "the life cycle when. Outside the scope a record does not exist (404); inside it, what the",
        "role does not include is refused (403).",
        "",
    ]
    for role in ROLES:
        lines += [f"## {role.word} (`{role.name}`)", "", f"{role.purpose}.".capitalize(), ""]
        lines += [f"- `{permission}`" for permission in sorted(role.permissions)] or ["- nothing"]
        lines.append("")
    return "\n".join(lines)


def workflows_page() -> str:
    lines = ["# Life cycles", "", MADE, ""]
    lines += [
        "A record moves only by a decision, and the database checks each against these tables:",
        "the state it starts from, the reason where one is asked for, and that the person did not",
        "make one of the moves named under *not by*.",
        "",
    ]
    for workflow in WORKFLOWS.values():
        lines += [*_workflow(workflow), ""]
    return "\n".join(lines)


def _workflow(workflow: Workflow) -> Iterator[str]:
    yield f"## {workflow.model._meta.verbose_name}"
    yield from ("", "```mermaid", "stateDiagram-v2")
    for state in workflow.states:
        yield f"    {state.value}: {state.word}"
    yield f"    [*] --> {workflow.initial}"
    for move in workflow.moves:
        for source in move.source:
            yield f"    {source} --> {move.target}: {move.label}"
    yield from (
        "```",
        "",
        "| move | permission | not by | reason | waits for |",
        "|---|---|---|---|---|",
    )
    for move in workflow.moves:
        yield _row(move)
    yield ""
    yield f"Content may be edited while it is: {', '.join(workflow.editable)}."


def _row(move: Move) -> str:
    barred = ", ".join(ENTRY if name == "enter" else name for name in move.not_by) or "–"
    note = "required" if move.needs_note else "–"
    return f"| {move.label} | `{move.permission}` | {barred} | {note} | {move.duty or '–'} |"

"""Taking the archive of a project, from its page.

Rule: whoever reads the project may take it; that it was taken, by whom and when, is kept.
"""

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_POST

from core.requests import Request
from projects.archive import archive_of
from projects.views import PROJECTS


@require_POST
def take(request: Request, pk: int) -> StreamingHttpResponse:
    project = PROJECTS.fetch(request, pk)
    archive = archive_of(request, project)
    archive.note_taken(by=request.user)
    response = StreamingHttpResponse(archive.stream(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{project.number}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

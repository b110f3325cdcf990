"""`manage.py archive NUMBER OUT.zip [--by USERNAME]`: the archive of one project, as a file.

It holds what USERNAME may read; without one, what an auditor of all offices may. The file is whole
or not there. Exit status 1 and one sentence for a number or a person that is not known.
"""

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import HttpRequest

from accounts.models import User
from projects.archive import archive_of
from projects.models import Project
from projects.views import PROJECTS


class Command(BaseCommand):
    help = "Writes the archive of one project: pages, data, money, files, decisions, manifest."

    def add_arguments(self, parser) -> None:
        parser.add_argument("number", help="of the project, such as P-2010-0093")
        parser.add_argument("out", type=Path, help="the zip file to write")
        parser.add_argument("--by", metavar="USERNAME", help="whose rights it is taken with")

    def handle(self, *args, number: str, out: Path, by: str | None, **options) -> None:
        project = Project.objects.filter(number=number.strip()).first()
        if project is None:
            raise CommandError(f"There is no project {number}.")
        person = User.objects.filter(username=by).first() if by else self._auditor()
        if person is None:
            raise CommandError("Say with --by USERNAME whose rights it is taken with.")
        if not Project.objects.visible_to(person).filter(pk=project.pk).exists():
            raise CommandError(f"{person.username} may not read {number}.")
        request = self._request(project, person)
        try:
            archive = archive_of(request, PROJECTS.fetch(request, project.pk))
        except PermissionDenied as error:
            raise CommandError(f"{person.username} may not read {number}.") from error
        part = out.with_name(f".{out.name}.part")
        try:
            with part.open("wb") as target:
                target.writelines(archive.stream())
            archive.note_taken(by=person if by else None)
            part.replace(out)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{out}: {len(archive.members) + 2} files, {out.stat().st_size:,} bytes")

    @staticmethod
    def _auditor() -> User | None:
        people = User.objects.filter(groups__permissions__codename="see_all_offices")
        return people.filter(is_active=True).order_by("pk").first()

    @staticmethod
    def _request(project: Project, person: User):
        """A request of this person for the project's page, since the page is what is archived."""
        request = HttpRequest()
        request.method, request.path = "GET", project.get_absolute_url()
        request.user, request.htmx, request.unit = person, False, "yuan"
        return request

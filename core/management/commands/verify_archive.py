"""`manage.py verify_archive FILE.zip`: says what in an archive does not agree with its manifest.

Exit status 0 where all agrees, also if files were missing when it was taken; 1 where it does not.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.archive_check import verdict_of


class Command(BaseCommand):
    help = "Compares every file of an archive with its manifest and its recorded hash."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options) -> None:
        try:
            with file.open("rb") as source:
                verdict = verdict_of(source)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error
        for path in verdict.missing:
            self.stdout.write(f"{path} was missing in the store when the archive was taken.")
        for fault in verdict.faults:
            self.stdout.write(self.style.ERROR(fault))
        if verdict.faults:
            raise CommandError(f"{file}: {len(verdict.faults)} things do not agree.")
        self.stdout.write(f"{file}: {verdict.count} files, all of them as the manifest says.")

"""`write_docs`: writes docs/roles.md and docs/workflows.md from the program's own tables."""

from django.core.management.base import BaseCommand

from accounts.documents import documents


class Command(BaseCommand):
    help = "Writes docs/roles.md and docs/workflows.md from the program's own tables."
    requires_system_checks = ()

    def handle(self, *args, **options):
        for path, text in documents().items():
            path.write_text(text, encoding="utf-8")
            self.stdout.write(str(path.relative_to(path.parent.parent)))

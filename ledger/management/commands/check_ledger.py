"""`check_ledger`: proves the ledger from its rows alone; exit status 1 at the first fault."""

from django.core.management.base import BaseCommand, CommandError

from ledger.proof import proofs


class Command(BaseCommand):
    help = "Proves the ledger from its rows alone; names the first fault and ends with status 1."

    def add_arguments(self, parser):
        parser.add_argument(
            "--fast",
            action="store_true",
            help="leave out the trace of every movement and the replay of all",
        )

    def handle(self, *args, **options):
        for proof in proofs(fast=options["fast"]):
            if proof.fault:
                raise CommandError(f"The ledger is at fault. {proof.fault}.")
            self.stdout.write(f"{proof.count:>12,} {proof.what}")
        self.stdout.write(self.style.SUCCESS("The ledger adds up."))

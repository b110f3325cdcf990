"""An operation of migrations that carries out many at once.

Rule: Django renders the models of a migration's state anew after each operation; for hundreds of
operations that takes minutes, and together it is done once.
"""

from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import AddField
from django.db.migrations.operations.models import AddConstraint, AddIndex, CreateModel


class Together(Operation):
    """The operations one after the other, but new models whole: with the fields, indexes and
    constraints that later operations give them."""

    reversible = False
    reduces_to_sql = True

    def __init__(self, operations: list[Operation]):
        self.operations = operations

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        new = {o.name_lower for o in self.operations if isinstance(o, CreateModel)}
        for operation in self.operations:
            adds: Any = isinstance(operation, AddField | AddIndex | AddConstraint) and operation
            if adds and adds.model_name.lower() in new:
                continue
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        raise NotImplementedError("this migration goes forwards only")

    def describe(self):
        return f"{len(self.operations)} operations together"

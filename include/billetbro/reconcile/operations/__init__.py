"""The operations: one class for each kind of change, found by `operation_of`.

A new kind of change needs a name in `Kind`, a class here, and its texts in the catalogues (`operations.po`).
"""

from billetbro.reconcile.operations import create, delete, link_only, prices, sale, update, write_back  # noqa: F401
from billetbro.reconcile.operations.operation import Operation, ReportSection, kinds_where, operation_of

__all__ = ["Operation", "ReportSection", "kinds_where", "operation_of"]

"""The operations: one class for each kind of change, which `operation_of` finds.

A new kind of change is a name in `Kind`, a class here, and its words in the catalogues (`operations.po`).
"""

from billetbro.reconcile.operations import create, delete, link_only, prices, sale, update, write_back
from billetbro.reconcile.operations.operation import Operation, ReportSection, kinds_where, operation_of

__all__ = [
    "Operation",
    "ReportSection",
    "create",
    "delete",
    "kinds_where",
    "link_only",
    "operation_of",
    "prices",
    "sale",
    "update",
    "write_back",
]

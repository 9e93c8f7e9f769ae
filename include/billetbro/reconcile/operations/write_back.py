"""Writes to the source (steps/writeback.py), not to Place2book."""

from billetbro.models import Kind
from billetbro.reconcile.operations.operation import Operation, ReportSection


class SourceOperation(Operation):
    """A write to the source, which shows whether it was carried out: if not, it is planned again."""

    sends_to_place2book = False
    sends_to_source = True
    section = ReportSection.WRITTEN_BACK


class WriteBack(SourceOperation, kind=Kind.WRITE_BACK):
    """Show the links and the sale state at the source."""


class ClearLink(SourceOperation, kind=Kind.CLEAR_LINK):
    """Remove the links of an event that is no longer on sale from the source."""

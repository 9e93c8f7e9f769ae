"""docs/reliability.md tells of each fault at each endpoint, and that none of them stays."""

from tests.chaos.document import written
from tests.chaos.faults import ENDPOINTS, NIGHTS, cells

CELLS = {(fault.name, endpoint.name) for fault, endpoint in cells()}
CELLS |= {(night, endpoint.name) for night in NIGHTS for endpoint in ENDPOINTS}


def test_document_tells_of_each_fault_at_each_endpoint() -> None:
    assert written().keys() == CELLS


def test_document_tells_of_no_fault_that_stays() -> None:
    assert {place: told for place, told in written().items() if told.endswith("; never")} == {}

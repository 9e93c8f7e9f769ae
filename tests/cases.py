"""One test, many cases."""

import pytest


def cases(names: str, *rows: tuple[object, ...]) -> pytest.MarkDecorator:
    """Run a test once for each row: first the words that name the case, then a value for each of `names`."""
    return pytest.mark.parametrize(names.split(), [pytest.param(*values, id=str(case)) for case, *values in rows])

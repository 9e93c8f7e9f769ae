"""The normal form of texts (include/billetbro/models/text.py) as a PostgreSQL expression."""

import sys
from functools import cache

from sqlalchemy import ColumnElement, func

from billetbro.models.text import is_unseen


def normal_form_of(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return the column's texts in NFC, without invisible characters, with white space folded."""
    bare = func.normalize(func.regexp_replace(column, f"[{_unseen()}]+", "", "g"))
    return func.btrim(func.regexp_replace(bare, f"[{_white_space()}]+", " ", "g"))


@cache
def _unseen() -> str:
    return "".join(filter(is_unseen, map(chr, range(sys.maxunicode + 1))))


@cache
def _white_space() -> str:
    return "".join(filter(str.isspace, map(chr, range(1, sys.maxunicode + 1))))

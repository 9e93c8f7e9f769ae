"""SQLAlchemy's metadata, one for each schema: the schemas can be in two databases, and each has its own migrations."""

from sqlalchemy import Column, DateTime, MetaData, Text

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

Time = DateTime(timezone=True)

metadata = MetaData(schema="sync", naming_convention=NAMES)
warehouse_metadata = MetaData(schema="warehouse", naming_convention=NAMES)


def library_key() -> Column[str]:
    """Return the column that every primary key of the warehouse begins with."""
    return Column("library", Text, primary_key=True, comment="The library's id in libraries.yaml")

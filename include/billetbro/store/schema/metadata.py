"""SQLAlchemy's metadata, one for each schema: they may lie in two databases, and each has its own migrations."""

from sqlalchemy import MetaData

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

metadata = MetaData(schema="sync", naming_convention=NAMES)
warehouse_metadata = MetaData(schema="warehouse", naming_convention=NAMES)

"""The libraries' names in the warehouse, for its views."""

from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from billetbro.store.schema.warehouse_tables import libraries


def store_names(warehouse: Engine, names: Mapping[str, str]) -> None:
    """Store the libraries' names, by id, where they are new or have changed."""
    given = insert(libraries)
    name = given.excluded.name
    statement = given.on_conflict_do_update(
        index_elements=[libraries.c.library], set_={"name": name}, where=libraries.c.name != name
    )
    with warehouse.begin() as connection:
        connection.execute(statement, [{"library": library, "name": name} for library, name in names.items()])

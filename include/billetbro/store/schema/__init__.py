"""The tables and views of the schemas `sync` and `warehouse`."""

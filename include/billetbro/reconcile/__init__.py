"""The core: which changes bring Place2book in line with the source. Pure: no I/O, no database, no clock."""

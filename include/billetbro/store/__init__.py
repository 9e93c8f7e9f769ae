"""The schema `sync`: its tables and migrations, and queries named for what they answer."""

"""The warehouse's tables as Delta Lake tables, for other warehouses."""

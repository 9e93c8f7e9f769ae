"""The warehouse's tables as files, for other warehouses."""

"""One event in the tables: its facts, its history, and how to find it."""

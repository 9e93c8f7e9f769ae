"""What the tables know of one event: its facts, its history, and how it is found."""

"""What all clients share: one careful session, retries, limits, and secrets kept out of every text."""

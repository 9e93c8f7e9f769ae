"""What the ticket button says, and what of it is written back to the source."""

"""Make the links again after our tables were lost: what belongs together, where it differs, and who wins. Pure."""

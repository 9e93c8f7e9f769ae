"""The API of Yesplan, and its webhook."""

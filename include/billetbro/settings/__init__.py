"""libraries.yaml as typed settings, with every mistake reported at once."""

"""How each kind of change is carried out and confirmed."""

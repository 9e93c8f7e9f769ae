"""Messages to staff and operators, through apprise: to whom, and how they are sent."""

"""What was sold by some libraries in a period: set-wise queries over what exports add up, and frozen rows. No buyer."""

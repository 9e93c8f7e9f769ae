"""What the pages show, a module for each page: set-wise queries that return frozen rows, for some libraries only."""

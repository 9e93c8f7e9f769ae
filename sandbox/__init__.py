"""Stand-ins for the library CMS and for Place2book, for the demo, the tests and the benchmark."""

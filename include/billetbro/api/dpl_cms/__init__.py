"""The events API of Folkebibliotekernes CMS."""

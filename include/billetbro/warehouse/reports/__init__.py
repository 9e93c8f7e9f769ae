"""The monthly report: one page for each library, as HTML with charts and as CSV.

`read` asks the warehouse, `figures` computes (pure), `charts` and `page` draw, `spreadsheet` writes the rows for Excel,
`report` puts them together. Every figure comes from counts and sums of an event: no personal data is ever read here.
"""

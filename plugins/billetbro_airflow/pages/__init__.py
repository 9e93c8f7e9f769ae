"""The pages for staff, under `/billetbro` in Airflow's API server: rendered here, without scripts.

A request goes this way: `app.py` finds the route and answers errors; `access.py` says who asks, and which libraries
this person may see; the route asks a query of `billetbro.store.pages` (or of the warehouse) for frozen rows;
`rendering.py` fills in a template, in the person's language. What changes anything is in `actions.py`, behind a signed
form.
"""

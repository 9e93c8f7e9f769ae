"""The steps of the hourly job, one file each, in the order in which the DAG runs them.

extract -> transform -> load (read, plan, policies, execute) -> writeback, and export_purchases; then report.
Each step works on one library, passes on only what is in the tables, and can be run again.
"""

"""The steps of the hourly job, one file each, in the order in which the DAG runs them.

extract -> transform -> load (observe, plan, gate, apply) -> writeback, and export_purchases; then report.
Each step works on one library, hands on nothing but what stands in the tables, and may be run again.
"""

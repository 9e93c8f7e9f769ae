"""Personal data: policy, erasure, retention, and the record of processing."""

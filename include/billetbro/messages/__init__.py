"""Every sentence that staff read."""

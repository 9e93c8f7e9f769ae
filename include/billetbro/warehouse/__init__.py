"""The schema `warehouse`: purchases, personal data, the lake, and the monthly report."""

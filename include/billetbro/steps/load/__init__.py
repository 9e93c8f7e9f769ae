"""The third step of a run: read both sides, plan, apply the policies, carry out."""

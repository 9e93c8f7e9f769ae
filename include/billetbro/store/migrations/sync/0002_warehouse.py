"""Nothing: the schema `warehouse` was made here until it became a lineage of its own, which may live elsewhere."""

revision = "0002_warehouse"
down_revision = "0001_sync"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

"""The ledger of a studio."""

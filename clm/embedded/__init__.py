"""Starts and stops PostgreSQL, Valkey and Covenant's own processes on a machine that has none of them."""

"""Alerts: looked for by one drain resident, sent by call workers (reporting-operations.md, Reports)."""

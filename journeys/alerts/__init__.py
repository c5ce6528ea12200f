"""Alerts: looked for by one drain resident, sent by call workers (operations.md, Alerts)."""

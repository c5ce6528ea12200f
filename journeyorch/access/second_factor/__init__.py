"""Codes of an authenticator app beside the password (RFC 6238)."""

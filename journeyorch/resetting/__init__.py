"""Emptying a sandbox: what was configured in it and what happened in it goes, the sandbox stays."""

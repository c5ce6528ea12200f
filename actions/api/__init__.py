"""Contacts and messages, over the REST API."""

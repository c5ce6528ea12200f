"""Whom messages may reach, when and how often: consent, suppressions, quiet hours, frequency caps."""

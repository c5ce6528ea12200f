"""What of a message leads back to us: opens, clicks, the page in the browser, the preferences."""

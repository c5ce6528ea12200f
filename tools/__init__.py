"""What builds the product, and is no part of it."""

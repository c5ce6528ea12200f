"""What the demo needs around the product: a catcher for everything that goes out, a reservation system."""

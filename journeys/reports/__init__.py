"""What pages show of journeys that run: questions about many rows, answered in few queries."""

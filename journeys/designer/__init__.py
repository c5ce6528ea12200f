"""What the designer is told: the kinds of activities, what the sandbox offers, and the version itself."""

"""The pages of business users. Views parse and answer; what they do is in verbs elsewhere."""

"""Standard XDM files: reading them, putting them together, and importing them; only the last touches rows."""

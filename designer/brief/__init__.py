"""What a user asks for: the brief, its options, search space and widths, its rules, its JSON, its id."""

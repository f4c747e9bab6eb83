"""The brief, with its options, search space, widths and rules; its JSON form and its id."""

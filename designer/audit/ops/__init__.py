"""The ops of an audited layer list: fields, size law, warnings of each."""

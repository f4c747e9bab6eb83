"""The ops of audited networks: the fields, shape rule and legality rule of each."""

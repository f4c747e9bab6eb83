"""The figures that the README quotes, measured in one run: `make bench`.

Absolute times are of one machine and one hour; ratios hold.
"""

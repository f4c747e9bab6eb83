"""Benchmarks: `make bench` measures the figures of docs/benchmarks.md in one run.

Absolute times depend on the machine; compare the ratios.
"""

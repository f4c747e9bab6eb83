"""The checks of a receipt: each compares what was predicted with what torch measured."""

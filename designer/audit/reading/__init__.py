"""A network's source read into layers: parsed with ``ast`` and followed by name, never run.

text        the text into a tree, within bounds
values      what the names of a source can stand for
tape        the layers that a tensor has passed through so far
modules     torch's modules, as layers
calls       torch's functions and a tensor's methods, as layers
expressions values of expressions
statements  what statements do, and calls of the source's own functions and classes
reader      which network of a source is meant
"""

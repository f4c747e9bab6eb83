"""A network's source read into layers: parsed with ``ast`` and followed by name, never run.

text        the text into a tree, within bounds
values      what the names of a source can stand for
tape        the layers that a tensor has passed through so far
modules     torch's modules, as layers
calls       torch's functions and a tensor's methods, as layers
slices      a tensor's sizes and slices
expressions, containers, binding
            values of expressions; names that get values
calling     what calls give, of torch and of the source's own functions and classes
statements  what statements do
reader      which network of a source is meant
"""

"""The grammar of rendered sources: all that a source may contain, as patterns of its syntax tree.

tree_patterns, pattern_rules                 patterns of trees, written as Python with holes
layers, helpers, networks, weights_init      what fits in the holes
grammar                                      the whole source
"""

from designer.verification.source_grammar.grammar import RefusedLine, find_refused_line

__all__ = ["RefusedLine", "find_refused_line"]

"""Interpreter that reads a network's source into layers: it parses with ``ast`` and runs nothing.

network_finder                     entry point: selects the network and returns its layers
source_parser, step_limit          syntax tree of the text; limits on size and work
statements, call_dispatch, function_calls, assignment, literals, expressions
                                   the interpreter, one class per group of syntax
values, type_checks, containers    values of the source; ``isinstance``; lists and dictionaries
bounded_arithmetic                 operators and builtins on plain values
torch_modules, torch_functions, reshape_functions, output_size, slices
                                   calls of torch and slices of tensors, as layers
recorded_layers                    the layers that a tensor has passed through
"""

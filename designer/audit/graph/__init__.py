"""The graph of a network: what it calls, in order, and what each call reads.

model        nodes and their edges
reach        the input pixels on which a position of a node depends
figures      formulas, overlap and unread positions of the nodes
other_sizes  the shapes of the nodes for an input of another size
layer_graph  the graph of a list of layers
graph_json   the graph as JSON
"""

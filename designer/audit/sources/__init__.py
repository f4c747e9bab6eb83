"""Audits of source: the text is run in the sandbox, and torch says what it does.

source_text, notebook      the text that was sent: files, a notebook's cells, inputs
trace_run, trace_reply     the run in the sandbox, and the reader of its reply
candidate_choice           which of the networks that a text may mean is judged
node_layers, layer_chain   the layers of a graph, and its list of layers if it is a chain
source_adaptation          the network for another picture size
nearest_inputs             input sizes with which it runs
source_diagnosis           the verdict with its reasons
repairs/                   repairs as edits of the text, each run again
source_answer              the complete answer
"""

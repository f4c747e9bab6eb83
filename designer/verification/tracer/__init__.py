"""The tracer: runs the text of an audit in torch, finds its networks and records what they do.

job                       the job: run the text, find the networks, try each on the input
program_text              what of a text is run: magics and training loops are left out
execution                 runs a text statement by statement; one that fails is noted, not fatal
stand_ins, imports        what missing packages are replaced by; the files of the text as modules
settings_stand_ins        holders of settings such as those of omegaconf, yacs and easydict
einops_stand_in           what the functions and layers of einops do, where it is missing
environment               torch on the CPU; arguments of the command line; nothing that downloads
candidates, construction  the networks that a text makes; the expressions that make the others
made_modules              where each module is made, and whether its constructor returned
inputs                    the tensors that a network is given; shapes that are proposed
recorder, calls           the calls of modules and functions as the nodes of a graph
cheap_calls               expensive layers of which only the output sizes are computed
text_lines                the lines of the text in frames and tracebacks
"""

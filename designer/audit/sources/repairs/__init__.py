"""Repairs of a source: ideas as edits of its text, each run whole in the sandbox.

number_sites, number_edits     where a number stands in the text; edits that change it
failure_ideas                  what people change where torch refuses a call
size_ideas, stage_ideas        what they change where the output has another size
output_padding                 output padding at transposed layers
text_edits                     edits of characters; layer changes as edits
paired_networks                the other network of a text where stages are added or removed
repair_state, repair_search    the state of the search, and the search
repair_document                a repair as JSON
"""

"""SVG drawn from the tested arithmetic, in two passes: boxes are measured, then placed.

theme       colours in light and dark, and the style sheet that every picture carries
shapes      the primitives: rectangles, paths, texts, groups; the only writers of markup
boxes       what has a size and can be placed: labels, swatches, rows and columns
grids       maps as cells, three axes as slices
frame       a whole picture: title, description, margins, style
windows     the window over a map, standing still or stepping
layer       one layer: input, zeros, padding, window, output
heat        the overlap map with its scale
matrix      C or Cᵀ with its taps in colours
chain       the maps of a whole network, to scale
"""

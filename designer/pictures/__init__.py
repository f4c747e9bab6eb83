"""SVG pictures of layers, networks and designs, drawn in two passes: measure boxes, then place them.

theme              colours for light and dark, and the style sheet of every picture
svg                primitives that write markup: rectangles, paths, texts, groups
box_layout         boxes with a size that can be placed: labels, swatches, stacks
labels             texts: headings, sizes, windows, arithmetic
grids              maps as cells, three axes as slices
picture_frame      a whole picture: title, description, margins, style
moving_window      the window over a map, at its first position or animated
map_panels         the maps of a layer's picture, with the kind of every position
layer_picture      one layer: input, zeros, padding, window, output
overlap_heat_map   the overlap map with its scale
matrix_picture     C or Cᵀ with one colour per tap
network_maps       the maps of a whole network, to scale
level_rows         the maps of an encoder–decoder with skips, level by level
arms_box           rows of maps in two arms, with arrows from map to map
unet_maps          the maps of such a network, to scale
design_pictures    the pictures of a design
"""

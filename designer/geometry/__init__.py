"""Layer geometry: sizes, layers, chains, costs, resampling, and the equivalent forms of a layer."""

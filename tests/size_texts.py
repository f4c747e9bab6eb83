"""Sizes as text with their values: one table for every parser, on the page too."""

SIZE_TEXTS: dict[str, object] = {
    "96": 96,
    "218x178": [218, 178],
    "218×178": [218, 178],
    "8x8x8": [8, 8, 8],
    "8x8x8x8": [8, 8, 8, 8],
    "-1": -1,
    "0": 0,
    "064": "064",
    "+64": "+64",
    "6_4": "6_4",
    "64.0": "64.0",
    "1e3": "1e3",
    "٦٤": "٦٤",
    "true": "true",
    "": "",
    "x": ["", ""],
    "4x": [4, ""],
    "4xx4": [4, "", 4],
    "64x6a": [64, "6a"],
}

"""The page: its HTML, style sheets, scripts and messages, and the module that serves them."""

"""The web page: HTML, style sheets, scripts, messages, and the module that serves them."""

"use strict";
// Runs before anything is painted, so that a chosen scheme and language do not flash.

try {
  const scheme = localStorage.getItem("scheme");
  if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
} catch {
  // Storage may be forbidden: then the reader's system decides.
}

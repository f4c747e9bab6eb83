"use strict";
// Runs before the first paint, so that the page does not flash in another colour scheme.

try {
  const scheme = localStorage.getItem("scheme");
  if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
} catch {
  // If storage is disabled, the system setting applies.
}

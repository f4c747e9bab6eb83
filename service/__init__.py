"""HTTP in front of ``designer``; no arithmetic lives here."""

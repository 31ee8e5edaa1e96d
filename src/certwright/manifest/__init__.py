"""The deployment file: text → sites and issuers, every mistake at once, each with its line. Touches no disk."""

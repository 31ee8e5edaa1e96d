"""The requirements of the vendors' documents as data: one TOML file a product, read once, cited everywhere."""

from pathlib import Path

SOURCES = Path(__file__).parent / "sources"

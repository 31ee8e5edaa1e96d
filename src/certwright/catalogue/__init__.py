"""The requirements of the vendors' documents as data: one TOML file a product, read once, cited everywhere."""

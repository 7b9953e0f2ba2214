"""The bus between nodes: short messages that may be lost."""

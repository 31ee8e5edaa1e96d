"""Rotations: where generations stand, who must be reached, which gate is open. Decides; touches nothing."""

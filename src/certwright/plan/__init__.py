"""Sites and the catalogue → the Plan: every place with its demands and its draft. Decides; touches nothing."""

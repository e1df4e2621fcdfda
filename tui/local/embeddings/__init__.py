"""Finding passages by what they mean, with a model that makes vectors of texts. Loaded only where one is set."""

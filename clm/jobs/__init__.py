"""Long work a person waits for."""

"""The platform: what every domain app stands on. It knows nothing about contracts."""

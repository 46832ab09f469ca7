"""The transactional outbox: `clm.events.record.record`, `clm.events.handlers.handles`, the dispatcher."""

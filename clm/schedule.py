"""The whole beat table. Every task finds what is due by an indexed column, so a missed tick loses nothing."""

BEAT = {
    "dispatch-events": {"task": "clm.events.tasks.dispatch_events", "schedule": 5.0},
    "chain-ledger": {"task": "clm.audit.tasks.chain_ledger", "schedule": 15.0},
    "watch-ledger": {"task": "clm.audit.tasks.watch_ledger", "schedule": 30.0},
    "seal-heads": {"task": "clm.audit.tasks.seal_heads", "schedule": 300.0},
    "resume-jobs": {"task": "clm.jobs.tasks.resume_jobs", "schedule": 30.0},
    "send-mail": {"task": "clm.notify.tasks.send_mail", "schedule": 15.0},
    "open-windows": {"task": "slas.tasks.open_windows", "schedule": 60.0},
    "judge-windows": {"task": "slas.tasks.judge_windows", "schedule": 20.0},
    "remind-template-reviews": {"task": "contracts.tasks.remind_template_reviews", "schedule": 3600.0},
    "remind-requests": {"task": "contracts.tasks.remind_requests", "schedule": 600.0},
    "end-terminated": {"task": "contracts.tasks.end_terminated", "schedule": 60.0},
    "watch-readings": {"task": "contracts.tasks.watch_readings", "schedule": 300.0},
    "advance-terms": {"task": "contracts.tasks.advance_terms", "schedule": 300.0},
    "refresh-deadlines": {"task": "obligations.tasks.refresh_deadlines", "schedule": 300.0},
    "remind-due": {"task": "obligations.tasks.remind_due", "schedule": 60.0},
    "print-credit-notes": {"task": "billing.tasks.print_credit_notes", "schedule": 60.0},
    "expire-claims": {"task": "billing.tasks.expire_claims", "schedule": 3600.0},
    "sweep-storage": {"task": "clm.documents.tasks.sweep_storage", "schedule": 86400.0},
    "forget-idempotency-keys": {"task": "clm.api.tasks.forget_idempotency_keys", "schedule": 3600.0},
}

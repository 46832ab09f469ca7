"""Pure computation of due dates and reminders."""

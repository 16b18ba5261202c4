"""CloudTrail's record of each call, and the events that EventBridge makes of it."""

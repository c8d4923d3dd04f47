"""The home of each role, the chart page with its timeline, lists over the caseload."""

"""What mailfleet costs, measured beside other ways to the same result."""

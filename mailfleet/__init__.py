"""Reliable outbound email for a fleet of EC2 hosts, as code."""

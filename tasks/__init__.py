"""The steps of deploy.py, a file each."""

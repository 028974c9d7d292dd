"""One file a kind of AWS resource, named as AWS and Terraform name it. See kinds.py."""

"""What has grown old: `make fresh` prints it and changes nothing."""

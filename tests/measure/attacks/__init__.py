"""What the attacks of docs/build/security/ cost the servers beside them: ``make attacks``."""

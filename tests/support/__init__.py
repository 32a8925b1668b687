"""What tests run in processes of their own; test modules themselves cannot be imported there."""

"""What people see: terminal lines drawn with rich."""

"""Settings: environment variables and the CSV files that people edit."""

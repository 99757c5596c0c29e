"""What people and programs touch: pages, API, keys, telemetry. Knows no writer and no index."""

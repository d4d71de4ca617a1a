"""MQTT: messages followed at a broker, read by another decoder (messagerie MQTT)."""

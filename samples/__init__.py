"""The invented force of Northmoor: who is who, what they did, and the exports that tell of it."""

"""From WebSocket bytes to nodes: framing, handshake, Noise opening, WABinary. Sans-I/O."""

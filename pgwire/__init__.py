"""The protocol (sans-IO), sessions, the trio server and the command line. Start reading at README.md."""

"""Where bytes come from: flow files and key log files. The only readers of the world."""

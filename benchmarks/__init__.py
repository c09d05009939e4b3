"""How fast Bandeng is, measured the same way every time: `./bd bench`. See docs/benchmarks.md."""

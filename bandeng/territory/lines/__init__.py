"""Lines on the land: outlines measured and compared, drawn along streets, redrawn with what lies on them."""

"""Documents made of views at a moment: each folder or module is one, and `registry` names them all."""

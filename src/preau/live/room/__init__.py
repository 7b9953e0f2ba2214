"""The live class without its shell: facts, orders, ``decide``, ``evolve``, the register and the wire (all pure)."""

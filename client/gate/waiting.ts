// Filled by the gate room.
export {};

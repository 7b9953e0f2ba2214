// Filled by its room.
export {};

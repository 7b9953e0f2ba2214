// Service worker; filled by the pupil room.
export {};

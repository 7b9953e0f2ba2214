// Entry of /static/room.js: the live class, and the one handle that end-to-end tests read.
import type { PreauRoom } from "./room";
import "./room";
import type { HeardAudio } from "./voice/listen";

declare global {
  interface Window {
    preauRoom: { readonly audio: HeardAudio | null };
  }
}

window.preauRoom = {
  get audio() {
    return document.querySelector<PreauRoom>("preau-room")?.audio ?? null;
  },
};

export * from "./files.js";
export * from "./gestures.js";
export * from "./layers.js";
export * from "./view.js";

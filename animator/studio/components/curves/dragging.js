// Moves keys by pointer and by arrow keys. The key and its curve follow at once; the edit is sent on release.
import { clamped, frameOf, rounded, valueStep, valueOf, yOf, xOf } from "./scales.js";

const SLACK = 3; // pixels that a pointer may move in a click
const PAUSE_MS = 500; // after the last arrow key

export const dragging = {
  data: () => ({
    drag: null, // the key that is moved: {path, index, frame, value, scale, ...}
    shadows: {}, // curves as they will be, by path, until the server shows the edited film
    serial: 0,
  }),
  methods: {
    // Begins to drag a key of {curve, scale}; texts have no scale.
    grab(event, line, key) {
      if (event.button !== 0) return;
      event.preventDefault();
      event.currentTarget.focus();
      event.currentTarget.setPointerCapture(event.pointerId);
      this.begin(line, key);
      this.drag.from = { x: event.clientX, y: event.clientY };
    },
    pull(event) {
      const { drag } = this;
      if (!drag?.from) return;
      const across = event.clientX - drag.from.x;
      const up = event.clientY - drag.from.y;
      if (!drag.moved && Math.hypot(across, up) < SLACK) return;
      const { start, scale } = drag;
      const frame = frameOf(xOf(start.frame, this.view, this.width) + across, this.view, this.width);
      const value = drag.fixed ? null : valueOf(yOf(start.value, scale, this.dragHeight) + up, scale, this.dragHeight);
      this.moveTo(Math.abs(across) < SLACK ? start.frame : frame, Math.abs(up) < SLACK ? start.value : value);
    },
    release() {
      const { drag } = this;
      if (!drag?.from) return;
      if (drag.moved) return this.commit();
      this.abandon();
      this.$emit("key-open", { path: drag.path, index: drag.index });
    },
    abandon() {
      clearTimeout(this.pause);
      if (this.drag) delete this.shadows[this.drag.path];
      this.drag = null;
    },
    // Keys of the keyboard on a key of a curve.
    keyOn(event, line, key) {
      if (event.ctrlKey || event.metaKey || event.altKey) return this.takeBack(event);
      const far = event.shiftKey ? 10 : 1;
      const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
      if (event.key in moves) this.nudge(line, key, ...moves[event.key]);
      else if (event.key === "Enter" || event.key === " ") {
        this.settle();
        this.$emit("key-open", { path: line.curve.path, index: key.index });
      } else if (event.key === "Delete" || event.key === "Backspace") this.remove(line.curve, key);
      else if (event.key === "Escape") this.abandon();
      else return;
      event.preventDefault();
    },
    // Undo before the server has heard of what arrow keys have moved.
    takeBack(event) {
      if (event.key.toLowerCase() !== "z" || event.shiftKey || !this.drag?.moved) return;
      this.abandon();
      event.preventDefault();
    },
    nudge(line, key, frames, steps) {
      const path = line.curve.path;
      if (this.drag?.path !== path || this.drag.index !== key.index) {
        this.settle();
        this.begin(line, key);
      }
      const { drag } = this;
      this.moveTo(drag.frame + frames, drag.fixed ? null : drag.value + steps * drag.step);
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.settle(), PAUSE_MS);
    },
    // Sends what arrow keys have moved.
    settle() {
      if (this.drag && !this.drag.from && this.drag.moved) this.commit();
    },
    begin({ curve, scale }, key) {
      const step = scale ? valueStep(curve, scale) : 0;
      this.drag = {
        path: curve.path, index: key.index, frame: key.frame, value: key.value, start: { ...key }, scale, step,
        low: curve.low, high: curve.high, fixed: !scale || key.formula, alone: curve.keyCount === 1,
        moved: false, from: null, serial: ++this.serial,
      };
    },
    moveTo(frame, value) {
      const { drag } = this;
      if (!drag.alone) drag.frame = clamped(Math.round(frame), 0, this.board.frames - 1);
      if (!drag.fixed) drag.value = clamped(rounded(value, drag.step), drag.low, drag.high);
      drag.moved = drag.frame !== drag.start.frame || drag.value !== drag.start.value;
      this.cursor = drag.frame;
      if (drag.scale) this.$emit("key-preview", this.target(drag));
    },
    commit() {
      const { drag } = this;
      clearTimeout(this.pause);
      this.$emit("key-move", this.target(drag));
      this.shadows[drag.path] = this.shown(drag.path);
      this.drag = null;
    },
    target({ path, index, frame, value, fixed, scale, serial }) {
      const span = scale ? scale.high - scale.low : null;
      return { path, index, frame, value: fixed ? null : value, span, serial };
    },
    // A curve as it is shown: as the server sees it, but with the moved key where it is.
    shown(path) {
      const curve = this.shadows[path] ?? this.row(path);
      const { drag } = this;
      if (drag?.path !== path) return curve;
      const moved = (key) => ({ ...key, frame: drag.frame, value: drag.fixed ? key.value : drag.value });
      return { ...curve, keys: curve.keys.map((key) => (key.index === drag.index ? moved(key) : key)) };
    },
    remove(curve, key) {
      this.abandon();
      this.refocus = { path: curve.path, index: Math.max(key.index - 1, 0) };
      this.$emit("key-delete", { path: curve.path, index: key.index });
    },
    // The server shows how a curve will be while a key is dragged.
    preview(curve, serial) {
      if (serial === this.serial && (this.drag || this.shadows[curve.path])) this.shadows[curve.path] = curve;
    },
    // A new board came: what is dragged stays if its key is as it was.
    keepDrag() {
      const { path, index, start } = this.drag ?? {};
      const key = this.row(path)?.keys.find((each) => each.index === index);
      if (!key || key.frame !== start.frame || key.value !== start.value) this.abandon();
      this.shadows = this.drag && this.shadows[path] ? { [path]: this.shadows[path] } : {};
    },
    // The server has not changed anything.
    reset() {
      this.abandon();
      this.shadows = {};
      this.refocus = null;
    },
  },
};

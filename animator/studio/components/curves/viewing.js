// Zooms and pans the time axis, and moves the cursor.
import { clamped, frameOf } from "./scales.js";

const CLOSEST = 8; // frames in view, at least
const CALM_MS = 150; // after the last zoom, before the server is asked for more points

export const viewing = {
  data: () => ({ start: 0, end: null, cursor: 0, hover: null, pan: null }),
  computed: {
    view() {
      const last = Math.max(this.board.frames - 1, 1);
      const end = Math.min(this.end ?? last, last);
      return { start: Math.min(this.start, Math.max(end - 1, 0)), end };
    },
    pointed() {
      return clamped(this.hover ?? this.cursor, 0, Math.max(this.board.frames - 1, 0));
    },
  },
  methods: {
    // Shows fewer frames (a factor below 1) or more, around one of them.
    zoom(factor, around = (this.view.start + this.view.end) / 2) {
      const last = Math.max(this.board.frames - 1, 1);
      const length = this.view.end - this.view.start;
      const wanted = clamped(length * factor, Math.min(CLOSEST, last), last);
      const share = length ? (around - this.view.start) / length : 0;
      this.look(around - share * wanted, wanted);
    },
    move(frames) {
      this.look(this.view.start + frames, this.view.end - this.view.start);
    },
    fit() {
      this.look(0, Infinity);
    },
    look(start, length) {
      const last = Math.max(this.board.frames - 1, 1);
      const whole = length >= last;
      this.start = whole ? 0 : clamped(start, 0, last - length);
      this.end = whole ? null : this.start + length;
      clearTimeout(this.calm);
      const { start: from, end: to } = this.view;
      this.calm = setTimeout(() => this.$emit("view", { start: Math.floor(from), end: Math.ceil(to) }), CALM_MS);
    },
    frameAt(event) {
      const box = event.currentTarget.getBoundingClientRect();
      return clamped(Math.round(frameOf(event.clientX - box.left, this.view, this.width)), 0, this.board.frames - 1);
    },
    // The wheel zooms on the rulers, and elsewhere with Ctrl; with Shift, or across, it pans.
    wheel(event) {
      const onRuler = event.target.closest(".curve-ruler") !== null;
      const across = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.ctrlKey || (onRuler && !event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX))) {
        const box = this.$refs.ruler.getBoundingClientRect();
        const around = frameOf(event.clientX - box.left, this.view, this.width);
        this.zoom(1.0015 ** event.deltaY, clamped(around, this.view.start, this.view.end));
      } else if (Math.abs(across) > 0 && this.end !== null) {
        this.move((across / this.width) * (this.view.end - this.view.start));
      } else return;
      event.preventDefault();
    },
    // A press beside all keys sets the cursor; held, it pans a zoomed axis.
    press(event) {
      if (event.button !== 0) return;
      this.cursor = this.frameAt(event);
      this.pan = { x: event.clientX, start: this.view.start };
    },
    hovers(event) {
      const box = this.$refs.ruler.getBoundingClientRect();
      if (this.pan && event.buttons === 1 && this.end !== null) {
        const frames = ((this.pan.x - event.clientX) / this.width) * (this.view.end - this.view.start);
        this.look(this.pan.start + frames, this.view.end - this.view.start);
      } else if (event.clientX >= box.left && event.clientX <= box.right) {
        const frame = Math.round(frameOf(event.clientX - box.left, this.view, this.width));
        this.hover = clamped(frame, 0, this.board.frames - 1);
      }
    },
    step(frames) {
      this.cursor = clamped(this.cursor + frames, 0, this.board.frames - 1);
      this.hover = null;
      const { start, end } = this.view;
      if (this.cursor < start) this.move(this.cursor - start);
      if (this.cursor > end) this.move(this.cursor - end);
    },
    // Keys of the keyboard on a row or ruler, none of whose keys has the focus.
    rowKey(event, curve) {
      const far = event.shiftKey ? 10 : 1;
      const length = this.view.end - this.view.start;
      const actions = {
        ArrowLeft: () => this.step(-far),
        ArrowRight: () => this.step(far),
        Home: () => this.step(-Infinity),
        End: () => this.step(Infinity),
        PageUp: () => this.move(-length / 2),
        PageDown: () => this.move(length / 2),
        "+": () => this.zoom(0.5, this.cursor),
        "=": () => this.zoom(0.5, this.cursor),
        "-": () => this.zoom(2, this.cursor),
        0: () => this.fit(),
        Insert: () => curve && this.add(curve, this.cursor),
      };
      if (!(event.key in actions) || event.ctrlKey || event.metaKey || event.altKey) return;
      actions[event.key]();
      event.preventDefault();
    },
  },
};

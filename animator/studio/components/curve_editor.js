// Curves of a film over time, with keys to drag, texts as spans, the sound's wave, rulers and a cursor.
import {
  CurvePlot, SpanRow, TimeRuler, WaveRow, dragging, fill, format, frameTicks, isConstant, lastAt, ranked, rounded, scaleOf,
  valueAt, valueOf, valueStep, viewing,
} from "animator-curves";

const ROW = 84; // pixels of a curve's height
const FLAT_ROW = 40; // pixels of the height of one that has a single value
const OVERLAY = 320; // pixels of all curves over each other
const LEGEND = 22; // pixels of a line of the legend
const TONES = 8; // colors of curves; behind these they come again, in other line styles
const TABLE_ROWS = 40; // frames in the table besides those with a key

export default {
  components: { CurvePlot, SpanRow, TimeRuler, WaveRow },
  mixins: [dragging, viewing],
  props: { board: Object, wave: Object, labels: Object, overlay: Boolean },
  emits: ["key-move", "key-preview", "key-add", "key-delete", "key-open", "hide", "view"],
  data: () => ({ width: 600, tableOpen: false }),
  template: `
    <div class="curves" ref="root" @wheel="wheel" @pointermove="hovers"
      @pointerleave="hover = null" @pointerup="pan = null">
      <div class="curve-row curve-row-ruler" v-show="board.frames">
        <div class="curve-label studio-soft">{{ place(pointed) }}</div>
        <div class="curve-cell" ref="ruler">
          <time-ruler :board="board" :view="view" :width="width" :cursor="pointed" :label="labels.cursor"
            @point="press" @row="rowKey" />
        </div>
      </div>
      <template v-if="!overlay">
        <div v-for="{ path, line, alone, note } in rows" :key="path" class="curve-row"
          :class="{ 'curve-row-flat': line?.isFlat }" :data-testid="(note ? 'curve-note-' : 'curve-') + path">
          <div class="curve-label">
            <span class="curve-name">{{ path }}</span>
            <template v-if="line">
              <span class="curve-now">{{ now(line.curve) }}</span>
              <span v-if="!line.curve.keys.length" class="studio-soft">{{ hidden(line.curve) }}</span>
            </template>
            <button type="button" class="curve-hide" :aria-label="fill(labels.hide, { path })"
              :title="fill(labels.hide, { path })" @click="$emit('hide', path)">×</button>
          </div>
          <p v-if="note" class="curve-cell curve-note">{{ note }}</p>
          <div v-else class="curve-cell"><curve-plot :lines="alone" :height="line.height" v-bind="axis" v-on="hands"
            :name="describe(line.curve)" /></div>
        </div>
      </template>
      <div v-else-if="lines.length" class="curve-row">
        <div class="curve-label curve-legend">
          <div v-for="line in lines" :key="line.curve.path" :class="'curve-tone-' + line.tone">
            <svg width="28" height="10" aria-hidden="true"><path class="curve-path" d="M0 5H28" /></svg>
            <span class="curve-name">{{ line.curve.path }}</span> <span class="curve-now">{{ now(line.curve) }}</span>
          </div>
        </div>
        <div class="curve-cell"><curve-plot :lines="lines" :height="overlayHeight" v-bind="axis" v-on="hands"
          normalized :name="labels.overlay" /></div>
      </div>
      <div v-for="row in spans" :key="row.path" class="curve-row" :data-testid="'curve-' + row.path">
        <div class="curve-label">
          <span class="curve-name">{{ row.path }}</span>
          <span v-if="!row.keys.length" class="studio-soft">{{ hidden(row) }}</span>
          <button type="button" class="curve-hide" :aria-label="fill(labels.hide, row)" :title="fill(labels.hide, row)"
            @click="$emit('hide', row.path)">×</button>
        </div>
        <div class="curve-cell"><span-row :row="row" :view="view" :width="width" :cursor="pointed" :labels="labels"
          v-on="hands" /></div>
      </div>
      <div v-if="wave" class="curve-row" data-testid="curves-wave">
        <div class="curve-label"><span class="curve-name">{{ labels.sound }}</span></div>
        <div class="curve-cell">
          <p v-if="wave.note" class="curve-note">{{ wave.note }}</p>
          <wave-row v-else :wave="wave" :view="view" :width="width" :height="56" :cursor="pointed"
            :beats="beatLines" :label="labels.sound" />
        </div>
      </div>
      <div v-for="note in notes" :key="note.path" class="curve-row" :data-testid="'curve-note-' + note.path">
        <div class="curve-label"><span class="curve-name">{{ note.path }}</span></div>
        <p class="curve-cell curve-note">{{ note.text }}</p>
      </div>
      <p v-if="board.frames" class="curve-words" aria-hidden="true">{{ words(pointed) }}</p>
      <p class="studio-unseen" role="status">{{ words(cursor) }}</p>
      <details v-if="board.frames" class="curve-table" @toggle="tableOpen = $event.target.open" data-testid="curves-table">
        <summary>{{ labels.table }}</summary>
        <div v-if="tableOpen" class="curve-table-scroll" tabindex="0" role="region" :aria-label="labels.table">
          <table>
            <thead><tr><th scope="col">{{ labels.frame }}</th>
              <th v-for="line in lines" scope="col">{{ line.curve.path }}</th></tr></thead>
            <tbody><tr v-for="frame in tableFrames"><th scope="row">{{ frame }}</th>
              <td v-for="line in lines">{{ now(line.curve, frame) }}</td></tr></tbody>
          </table>
        </div>
      </details>
    </div>
  `,
  computed: {
    // Height by which a key is dragged: as fine in a flat row as in others.
    dragHeight() {
      return this.overlay ? this.overlayHeight : ROW;
    },
    overlayHeight() {
      return Math.max(OVERLAY, this.board.curves.length * LEGEND);
    },
    lines() {
      return this.board.curves.map(({ path }, at) => {
        const curve = this.shown(path);
        const scale = this.drag?.path === path ? this.drag.scale : scaleOf(curve);
        const isFlat = isConstant(curve);
        const height = this.overlay ? this.overlayHeight : isFlat ? FLAT_ROW : ROW;
        const tone = `${at % TONES} curve-dash-${Math.floor(at / TONES) % 4}`;
        return { curve, scale, tone, isFlat, height, testid: this.overlay ? `curve-${path}` : null };
      });
    },
    // The rows of curves, each with the lines of its own plot, which stay the same while only the cursor moves.
    rows() {
      const lines = new Map(this.lines.map((line) => [line.curve.path, line]));
      const notes = new Map(this.board.notes.map((note) => [note.path, note.text]));
      return this.board.order.map((path) => {
        const line = lines.get(path);
        return { path, line, alone: line && [{ ...line, tone: 0 }], note: notes.get(path) };
      });
    },
    // What is said of rows that are not there.
    notes() {
      return this.board.notes.filter((note) => this.overlay || !this.board.order.includes(note.path));
    },
    spans() {
      return this.board.spans.map((row) => this.shown(row.path));
    },
    beatLines() {
      const { beats } = this.board;
      const inView = beats.slice(Math.max(lastAt(beats, this.view.start), 0), lastAt(beats, this.view.end) + 1);
      return inView.length * 6 < this.width ? inView : [];
    },
    axis() {
      const ticks = this.beatLines.length ? this.beatLines : frameTicks(this.view, this.width);
      return { view: this.view, width: this.width, cursor: this.pointed, ticks, labels: this.labels };
    },
    hands() {
      return {
        grab: this.grab, drag: this.pull, release: this.release, abandon: this.abandon, key: this.keyOn,
        settle: this.settle, row: this.rowKey, point: this.press, add: this.addAt,
      };
    },
    tableFrames() {
      const { start, end } = this.view;
      const frames = new Set(this.lines.flatMap((line) => line.curve.keys.map((key) => key.frame)));
      for (let i = 0; i <= TABLE_ROWS; i++) frames.add(Math.round(start + ((end - start) * i) / TABLE_ROWS));
      return [...frames].filter((frame) => frame >= start && frame <= Math.min(end, this.board.frames - 1)).sort((a, b) => a - b);
    },
  },
  methods: {
    fill,
    now(curve, frame = this.pointed) {
      const { value, exact } = valueAt(curve, frame);
      return `${exact ? "" : "≈ "}${format(value)}`;
    },
    hidden(curve) {
      return fill(this.labels.manyKeys, { count: curve.keyCount });
    },
    // A frame in words: its number, second and beat.
    place(frame) {
      if (!this.board.frames) return "";
      const { fps, bpm } = this.board;
      const seconds = format(Number((frame / fps).toFixed(2)));
      if (!bpm) return fill(this.labels.place, { frame, seconds });
      return fill(this.labels.placeWithBeat, { frame, seconds, beat: format(Number(((frame / fps / 60) * bpm).toFixed(2))) });
    },
    words(frame) {
      const numbers = this.lines.map(({ curve }) => `${curve.path} ${this.now(curve, frame)}`);
      const texts = this.spans.filter((row) => row.keys.length).map((row) => `${row.path} “${textAt(row, frame)}”`);
      return [this.place(frame), ...numbers, ...texts].filter(Boolean).join(" · ");
    },
    describe(curve) {
      return fill(this.labels.curve, { path: curve.path, place: this.place(this.cursor), value: this.now(curve, this.cursor) });
    },
    addAt(event, line) {
      const frame = this.frameAt(event);
      if (!line.scale) return this.add(line.curve, frame);
      const box = event.currentTarget.getBoundingClientRect();
      const value = valueOf(event.clientY - box.top, line.scale, line.height);
      const { low, high } = line.curve;
      const kept = Math.min(Math.max(rounded(value, valueStep(line.curve, line.scale)), low ?? -Infinity), high ?? Infinity);
      this.add(line.curve, frame, this.overlay ? valueAt(line.curve, frame).value : kept);
    },
    add(curve, frame, value = curve.values ? valueAt(curve, frame).value : null) {
      this.refocus = { path: curve.path, frame };
      this.$emit("key-add", { path: curve.path, frame, value });
    },
    // Gives a key the focus, once it is there: one that was added on a frame, or one of an index.
    focusKey(path, { index, frame }) {
      const key = this.row(path)?.keys.find((each) => each.frame === frame || each.index === index);
      const handle = () => this.$refs.root.querySelector(`[data-testid="key-${path}-${key.index}"]`);
      if (key) this.$nextTick(() => handle()?.focus());
    },
    row(path) {
      return [...this.board.curves, ...this.board.spans].find((each) => each.path === path);
    },
  },
  watch: {
    board(board, old) {
      this.keepDrag();
      if (board.version === old.version || !this.refocus) return;
      this.focusKey(this.refocus.path, this.refocus);
      this.refocus = null;
    },
  },
  mounted() {
    this.resizing = new ResizeObserver(([entry]) => (this.width = Math.max(entry.contentRect.width, 80)));
    this.resizing.observe(this.$refs.ruler);
  },
  unmounted() {
    this.resizing.disconnect();
  },
};

function textAt(row, frame) {
  const keys = ranked(row.keys).sort((a, b) => a.frame - b.frame);
  return (keys.filter((key) => key.frame <= frame).pop() ?? keys[0]).text;
}

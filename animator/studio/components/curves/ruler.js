// Frames, seconds and beats along time. Their labels are written as the times of keys: 30, 2s, 8b.
import { lastAt, roundStep, xOf } from "./scales.js";

const ROOM = 64; // pixels between labels, at least
const LINE = 16; // pixels of one ruler

export function frameTicks(view, width) {
  const step = roundStep(((view.end - view.start) * ROOM) / width, 1);
  return steps(view, step);
}

function steps(view, step) {
  const ticks = [];
  for (let at = Math.ceil(view.start / step); at * step <= view.end; at++) ticks.push(at * step);
  return ticks;
}

function secondTicks(view, width, fps) {
  const seconds = { start: view.start / fps, end: view.end / fps };
  const step = roundStep(((seconds.end - seconds.start) * ROOM) / width, 0.01);
  return steps(seconds, step).map((time) => ({ frame: time * fps, text: `${Number(time.toFixed(2))}s` }));
}

function beatTicks(view, width, { beats, firstBeat, beatStep }) {
  const from = lastAt(beats, view.start - 1) + 1;
  const to = lastAt(beats, view.end);
  const room = Math.max(((to - from) * ROOM) / width, 1);
  const step = 2 ** Math.ceil(Math.log2(room)) * beatStep;
  const ticks = [];
  for (let beat = Math.ceil((firstBeat + from * beatStep) / step) * step; ; beat += step) {
    const at = (beat - firstBeat) / beatStep;
    if (at > to) return ticks;
    ticks.push({ frame: beats[at], text: `${beat}b` });
  }
}

export const TimeRuler = {
  props: { board: Object, view: Object, width: Number, cursor: Number, label: String },
  emits: ["point", "row"],
  template: `
    <svg class="curve-ruler" :width="width" :height="rulers.length * ${LINE} + 4" tabindex="0" role="slider"
      :aria-label="label" aria-valuemin="0" :aria-valuemax="board.frames - 1" :aria-valuenow="cursor"
      @pointerdown="$emit('point', $event)" @keydown="$emit('row', $event, null)">
      <g v-for="(ruler, at) in rulers" :transform="'translate(0 ' + at * ${LINE} + ')'">
        <g v-for="tick in ruler" :transform="'translate(' + x(tick.frame) + ' 0)'">
          <line class="curve-tick" y1="13" y2="17" /><text class="curve-tick-text" y="11">{{ tick.text }}</text>
        </g>
      </g>
      <line v-if="cursor >= view.start && cursor <= view.end" class="curve-cursor" :x1="x(cursor)" :x2="x(cursor)"
        y1="0" :y2="rulers.length * ${LINE} + 4" />
    </svg>
  `,
  computed: {
    rulers() {
      const frames = frameTicks(this.view, this.width).map((frame) => ({ frame, text: String(frame) }));
      const rulers = [frames, secondTicks(this.view, this.width, this.board.fps)];
      return this.board.beats.length ? [...rulers, beatTicks(this.view, this.width, this.board)] : rulers;
    },
  },
  methods: {
    x(frame) {
      return xOf(frame, this.view, this.width);
    },
  },
};

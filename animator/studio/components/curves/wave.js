// The wave of the sound along time.
import { xOf } from "./scales.js";

export const WaveRow = {
  props: { wave: Object, view: Object, width: Number, height: Number, cursor: Number, beats: Array, label: String },
  template: `
    <svg class="curve-plot curve-wave" :width="width" :height="height" role="img" :aria-label="label">
      <line v-for="beat in beats" class="curve-grid curve-beat" :x1="x(beat)" :x2="x(beat)" y1="0" :y2="height" />
      <path class="curve-wave-path" :d="outline" />
      <line v-if="cursor >= view.start && cursor <= view.end" class="curve-cursor" :x1="x(cursor)" :x2="x(cursor)"
        y1="0" :y2="height" />
    </svg>
  `,
  computed: {
    outline() {
      const { lows, highs, start, end } = this.wave;
      if (!lows.length) return "";
      const at = (i) => this.x(start + ((i + 0.5) / lows.length) * (end - start)).toFixed(1);
      const up = (sample) => ((1 - sample) * 0.5 * (this.height - 2) + 1).toFixed(1);
      const top = highs.map((sample, i) => `${at(i)} ${up(sample)}`);
      const floor = lows.map((sample, i) => `${at(i)} ${up(sample)}`).reverse();
      return `M${top.join("L")}L${floor.join("L")}Z`;
    },
  },
  methods: {
    x(frame) {
      return xOf(frame, this.view, this.width);
    },
  },
};

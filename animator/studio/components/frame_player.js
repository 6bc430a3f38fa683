// The finished frames of a job: the newest one while it renders, any of them, or all in a row.
// One image loads at a time, so that pages which show a fast film wait for no frame that is over already.
export default {
  template: `
    <div class="frame-player">
      <img v-if="source" class="frame-player-image" data-testid="live-frame" :src="source" :alt="caption"
        :data-frame="shown" @load="loaded" @error="loaded" />
      <div v-else class="frame-player-empty studio-soft">{{ texts.empty }}</div>
      <div v-if="frames > 0" class="frame-player-bar">
        <q-btn flat round dense data-testid="frames-play" :icon="playing ? 'pause' : 'play_arrow'"
          :aria-label="playing ? texts.pause : texts.play" @click="toggle" />
        <input type="range" data-testid="frames-slider" min="0" :max="frames - 1" :value="frame"
          :aria-label="texts.frame" :aria-valuetext="caption" @input="choose" />
        <span class="frame-player-caption">{{ caption }}</span>
        <q-btn flat dense no-caps data-testid="frames-newest" :disable="following" :label="texts.newest"
          @click="follow" />
      </div>
    </div>
  `,
  props: { url: String, frames: Number, total: Number, fps: Number, revision: Number, texts: Object },
  data() {
    return { frame: Math.max(0, this.frames - 1), following: true, playing: false, source: "", shown: -1, loading: false };
  },
  computed: {
    wanted() {
      return this.frames > 0 ? `${this.url}/frames/${this.frame}.jpg?width=1024&v=${this.revision}` : "";
    },
    caption() {
      const numbers = { frame: this.frame, last: Math.max(this.total, this.frames) - 1 };
      return this.texts.caption.replace(/\{(frame|last)\}/g, (_, name) => numbers[name]);
    },
  },
  watch: {
    frames() {
      if (this.following || this.frame >= this.frames) this.frame = Math.max(0, this.frames - 1);
    },
    url() {
      this.stop();
      this.following = true;
      this.frame = Math.max(0, this.frames - 1);
    },
    wanted: { handler: "load", immediate: true },
  },
  beforeUnmount() {
    this.stop();
  },
  methods: {
    load() {
      if (this.loading && this.wanted) return;
      this.loading = this.wanted !== "" && this.wanted !== this.source;
      this.source = this.wanted;
      this.shown = this.frame;
    },
    loaded() {
      this.loading = false;
      this.load();
    },
    choose(event) {
      this.stop();
      this.frame = Number(event.target.value);
      this.following = this.frame === this.frames - 1;
    },
    follow() {
      this.stop();
      this.following = true;
      this.frame = Math.max(0, this.frames - 1);
    },
    toggle() {
      if (this.playing) return this.stop();
      if (this.frame >= this.frames - 1) this.frame = 0;
      this.following = false;
      this.playing = true;
      this.timer = setInterval(this.step, 1000 / Math.min(Math.max(this.fps, 1), 30));
    },
    step() {
      if (this.loading) return;
      if (this.frame < this.frames - 1) this.frame += 1;
      else this.stop();
    },
    stop() {
      clearInterval(this.timer);
      this.playing = false;
    },
  },
};

// Takes files that are dropped anywhere on the page, or chosen, and sends them to the server.
import { storedFile } from "animator-sending";

export default {
  template: `
    <div class="file-drop">
      <q-btn no-caps outline color="primary" icon="upload_file" :label="label" @click="$refs.input.click()" />
      <input ref="input" type="file" multiple class="studio-unseen" tabindex="-1" :accept="accept"
        :aria-label="label" :data-testid="testid" @change="choose" />
      <span v-if="sending" class="file-drop-progress" role="status">{{ sending }}</span>
      <div v-if="over" class="file-drop-over" aria-hidden="true">{{ invitation }}</div>
    </div>
  `,
  props: { label: String, invitation: String, accept: String, testid: String, failed: String },
  data: () => ({ over: false, sending: "" }),
  mounted() {
    // In the capture phase: an editor would take a file as text that is typed.
    this.listeners = Object.entries({ dragover: this.enter, dragleave: this.leave, drop: this.drop });
    for (const [name, listener] of this.listeners) window.addEventListener(name, listener, true);
  },
  beforeUnmount() {
    for (const [name, listener] of this.listeners) window.removeEventListener(name, listener, true);
  },
  methods: {
    hasFiles: (event) => [...(event.dataTransfer?.types || [])].includes("Files"),
    enter(event) {
      if (!this.hasFiles(event)) return;
      event.preventDefault();
      this.over = true;
    },
    leave(event) {
      if (event.relatedTarget === null) this.over = false;
    },
    drop(event) {
      if (!this.hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      this.over = false;
      this.sendAll([...event.dataTransfer.files]);
    },
    choose(event) {
      const files = [...event.target.files];
      event.target.value = ""; // the same file may be chosen again
      this.sendAll(files);
    },
    async sendAll(files) {
      for (const file of files) {
        const show = (percentage) => (this.sending = `${file.name} ${percentage} %`);
        try {
          const { sha256 } = await storedFile(file, file.name, this.failed, show);
          this.$emit("sent", { name: file.name, sha256 });
        } catch (error) {
          this.$emit("unsent", { name: file.name, message: error.message });
        }
      }
      this.sending = "";
    },
  },
};

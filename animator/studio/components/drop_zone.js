// A place to drop or choose a file, which is stored on the server as it comes.
import { fileIn, storedFile } from "animator-sending";

export default {
  template: `
    <label class="drop-zone" :class="{ 'drop-zone-over': over }" @dragover.prevent="over = true"
      @dragleave="over = false" @drop.prevent="drop">
      <span class="material-icons" aria-hidden="true">upload_file</span><span>{{ note || text }}</span>
      <input type="file" class="studio-unseen" :accept="accept" @change="choose">
    </label>`,
  props: { text: String, accept: String, failed: String },
  data: () => ({ over: false, note: "" }),
  methods: {
    drop(event) {
      this.over = false;
      this.send(fileIn(event.dataTransfer));
    },
    choose(event) {
      this.send(event.target.files[0]);
      event.target.value = "";
    },
    async send(file) {
      if (!file) return;
      this.note = file.name;
      try {
        this.$emit("file", { sha256: (await storedFile(file, file.name, this.failed)).sha256 });
        this.note = "";
      } catch (error) {
        this.note = error.message;
      }
    },
  },
};

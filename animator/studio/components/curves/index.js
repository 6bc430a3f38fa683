export { CurvePlot } from "./plot.js";
export { SpanRow } from "./spans.js";
export { TimeRuler, frameTicks } from "./ruler.js";
export { WaveRow } from "./wave.js";
export * from "./scales.js";
export { dragging } from "./dragging.js";
export { viewing } from "./viewing.js";

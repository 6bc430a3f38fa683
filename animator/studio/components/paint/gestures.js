// Pointers over a drawing: one draws, or moves the view; two move and zoom it.

export class Gestures {
  /**
   * @param actions draw(phase, event), move(x, y) and zoom(factor, x, y) in pixels of the screen, and moves(),
   *   which tells whether a single pointer moves the view.
   */
  constructor(actions) {
    this.actions = actions;
    this.pointers = new Map();
    this.isDrawing = false;
  }

  down(event) {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size > 1) return this.stop("cancel", event);
    this.isMoving = event.button === 1 || this.actions.moves();
    this.isDrawing = !this.isMoving && event.button === 0;
    if (this.isDrawing) this.actions.draw("begin", event);
  }

  move(event) {
    const old = this.pointers.get(event.pointerId);
    if (!old) return;
    const before = this.spread();
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size > 1) return this.pinch(before, this.spread(), event);
    if (this.isDrawing) this.actions.draw("extend", event);
    else if (this.isMoving) this.actions.move(event.clientX - old[0], event.clientY - old[1]);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    this.stop("end", event);
  }

  stop(phase, event) {
    if (this.isDrawing) this.actions.draw(phase, event);
    this.isDrawing = this.isMoving = false;
  }

  pinch(before, after, event) {
    const box = event.currentTarget.getBoundingClientRect();
    this.actions.move(after.x - before.x, after.y - before.y);
    if (before.distance > 0) {
      this.actions.zoom(after.distance / before.distance, after.x - box.left, after.y - box.top);
    }
  }

  /** Returns the middle of the first two pointers, and their distance. */
  spread() {
    const points = [...this.pointers.values()];
    const [[x1, y1], [x2, y2]] = [points[0], points[1] || points[0]];
    return { x: (x1 + x2) / 2, y: (y1 + y2) / 2, distance: Math.hypot(x1 - x2, y1 - y2) };
  }
}

/** Follows a pointer that is down on an element until it is up. */
export function follow(event, move, end) {
  const element = event.currentTarget;
  element.setPointerCapture(event.pointerId);
  element.addEventListener("pointermove", move);
  const stop = () => {
    element.removeEventListener("pointermove", move);
    end();
  };
  element.addEventListener("lostpointercapture", stop, { once: true });
}

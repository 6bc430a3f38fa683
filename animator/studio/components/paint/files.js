// Images from and to the server.
import { prefix, storedFile } from "animator-sending";

/** Returns the image of a URL of this server, with its own size; an Error with the server's words. */
export async function imageOf(url) {
  const answer = await fetch(prefix() + url);
  if (!answer.ok) throw new Error(await reasonOf(answer));
  const image = await createImageBitmap(await answer.blob());
  const [width, height] = (answer.headers.get("x-image-size") || "").split("x").map(Number);
  return { image, width: width || image.width, height: height || image.height };
}

/** Stores what is drawn on the server, and returns the name by which settings refer to it. */
export async function storeCanvas(canvas, name, failed) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the drawing is too large for this browser");
  return (await storedFile(blob, name, failed)).name;
}

async function reasonOf(answer) {
  try {
    const { detail, title } = await answer.json();
    return detail || title || answer.statusText;
  } catch {
    return answer.statusText || String(answer.status);
  }
}

import { squaresOf, textIn } from "./code";

/** Larger pictures are made smaller before they are searched: a phone's photo has far more pixels than a code needs. */
const SIDE_MAX = 2_000;
export const PICTURE_MAX = 40_000_000;

export type Unreadable = "notAPicture" | "noCode" | "tooLarge";

/** The text of the code in a picture file, or why there is none. */
export async function readPicture(file: Blob): Promise<{ text: string } | { why: Unreadable }> {
  if (file.size > PICTURE_MAX) return { why: "tooLarge" };
  const image = await load(file);
  if (!image) return { why: "notAPicture" };
  // A small code in a large picture is lost in the smaller copy, a photographed one in the noise of the larger.
  for (const side of [SIDE_MAX, SIDE_MAX / 2, SIDE_MAX / 4]) {
    const pixels = draw(image, side);
    const text = pixels && textIn(pixels);
    if (text) return { text };
  }
  return { why: "noCode" };
}

async function load(file: Blob): Promise<HTMLImageElement | null> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function draw(image: HTMLImageElement, sideMax: number): ImageData | null {
  const shrink = Math.min(1, sideMax / Math.max(image.naturalWidth, image.naturalHeight));
  const width = Math.max(1, Math.round(image.naturalWidth * shrink));
  const height = Math.max(1, Math.round(image.naturalHeight * shrink));
  const context = paper(width, height)?.context;
  if (!context) return null;
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The code as a PNG file, large enough to print. */
export async function makePicture(text: string): Promise<Uint8Array> {
  const squares = squaresOf(text);
  const scale = Math.max(4, Math.floor(1_000 / squares.length));
  const drawing = paper(squares.length * scale, squares.length * scale);
  if (!drawing) throw new Error("the window cannot draw");
  const { canvas, context } = drawing;
  context.fillStyle = "#000";
  for (const [y, row] of squares.entries()) {
    for (const [x, dark] of row.entries()) if (dark) context.fillRect(x * scale, y * scale, scale, scale);
  }
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("the window cannot draw");
  return new Uint8Array(await blob.arrayBuffer());
}

/** White paper: what is transparent in a picture must not become black. */
function paper(width: number, height: number) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return { canvas, context };
}

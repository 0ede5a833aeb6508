// Photos made smaller on the device, and signatures drawn with a finger.
const LONGEST = 2000;
const QUALITY = 0.85;

const blobOf = (canvas, type) => new Promise((resolve, reject) => {
  canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), type, QUALITY);
});

// A JPEG of at most 2000 pixels on the long side, turned as the phone was held. Throws for what is no photo.
export const shrink = async (file) => {
  const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(drawn.width * scale));
  canvas.height = Math.max(1, Math.round(drawn.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawn, 0, 0, canvas.width, canvas.height);
  drawn.close();
  return blobOf(canvas, "image/jpeg");
};

export const base64 = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(",", 2)[1]);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

const WIDTH = 800;
const HEIGHT = 300;

// A field to sign in. ``done`` gets the PNG (a promise) whenever the finger is lifted, null when it was cleared.
export const signatureField = (canvas, done) => {
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  const blank = () => {
    // White, not clear: the picture is kept without transparency.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.strokeStyle = "#1b2430";
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
  };
  blank();
  let last = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDTH) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height];
  };
  const line = (to) => {
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...to);
    pen.stroke();
    last = to;
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    line(last);
  });
  canvas.addEventListener("pointermove", (event) => { if (last) { line(place(event)); } });
  const lifted = () => {
    if (!last) { return; }
    last = null;
    done(blobOf(canvas, "image/png"));
  };
  canvas.addEventListener("pointerup", lifted);
  canvas.addEventListener("pointercancel", lifted);
  return {
    clear: () => { blank(); done(null); },
    show: async (blob) => { const drawn = await createImageBitmap(blob); pen.drawImage(drawn, 0, 0); drawn.close(); },
  };
};

export const qr = {
  qr: {
    of: "{{label}}: a code to photograph",
    copy: "Copy the text",
    save: "Save as a picture",
    saved: "Saved",
    pick: "Choose a picture of the code",
    pickHint: "A photo or screenshot. You can also drop it here, or paste it.",
    reading: "Reading the picture …",
    noCode:
      "No code was found in this picture. Take it again: the whole code, straight on and in good light.",
    notAPicture: "This file is not a picture that CareKey can open. Choose a PNG or JPEG picture.",
    tooLarge: "This picture is too large. Cut it down to the code and try again.",
  },
};

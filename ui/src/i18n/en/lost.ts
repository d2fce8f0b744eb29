export const lost = {
  lost: {
    title: "This computer was lost or stolen",
    link: "A computer was lost or stolen",
    calm: "Your records are not gone: the hospitals keep them, locked, and only your key opens them. Do these things in order.",
    backTitle: "Come back on this computer",
    back: "Take the sheet with your 24 words, or a backup file and its passphrase.",
    backOpen: "You are already here: CareKey is open on this computer.",
    stopTitle: "Stop everyone who can read",
    stopText:
      "Stopping gives every group of records a new lock at the hospitals. Share again afterwards with the people you trust. You find this in Settings, under Safety.",
    stop: "Stop everyone now",
    stopSure: "These people will no longer be able to read your records: {{names}}.",
    stopping: "Stopping: {{done}} of {{total}}",
    stopped_one: "Stopped. One share was ended; the hospitals are being told.",
    stopped_other: "Stopped. {{count}} shares were ended; the hospitals are being told.",
    nobody: "Nobody can read your records at the moment.",
    deskTitle: "Tell the front desk of your hospital",
    desk: "Go there or call, with your identity card at hand, and say: “My computer with CareKey was lost. Please withdraw my registration.” From then on nobody can act in your name with the lost computer. You get a new code to register again.",
    openedTitle: "Could somebody have opened it?",
    opened: "A PIN or passphrase keeps strangers out. Think again if one of these is true:",
    openedNoPin: "Signing in to the computer was enough to open CareKey.",
    openedOn: "The computer was on and CareKey was open.",
    openedWords: "The sheet with the 24 words, or the PIN on a note, was with the computer.",
    openedDo:
      "Then the old key is no longer yours alone. Ask the front desk to withdraw the registration today, set up CareKey anew with new words, and ask your doctors to send new documents there.",
  },
};

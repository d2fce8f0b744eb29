export const backup = {
  backup: {
    title: "Backup file",
    lead: "One file with everything CareKey keeps on this computer, and your key. Keep it elsewhere: on a stick, or another computer. Only its passphrase opens it.",
    last: "Last saved: {{at}}",
    never: "No backup has been saved yet.",
    save: "Save a backup",
    passphraseHint:
      "Choose a new passphrase for the file. Whoever finds the file can try as often as they like, so make it long.",
    choosePlace: "Choose where to save",
    fileName: "CareKey backup of {{name}}.carekey",
    restoreTitle: "Bring CareKey back from a backup file",
    restoreLead: "Choose the file and type the passphrase you gave it.",
    choose: "Choose the backup file",
    chosen: "Chosen: {{name}}",
    filePassphrase: "Passphrase of the file",
    start: "Bring back",
  },
};

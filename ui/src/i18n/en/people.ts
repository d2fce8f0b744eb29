export const people = {
  people: {
    share: "Share with {{name}}",
    canSee: "What {{name}} can see",
    looked: "What {{name}} opened, and when",
    lookedEmpty: "{{name}} has not opened anything of yours.",
    allLooks: "All {{count}}",
    sharesWithMe: "See what {{name}} shares with you",
    rename: "Give a name",
    renameAgain: "Change the name",
    renameTitle: "What do you call {{name}}?",
    nickname: "Your name for them",
    nicknameHint: "For instance Mum, or Heart doctor. Only you see it.",
    save: "Save",
    remove: "Remove",
    removeTitle: "Remove {{name}} from your people?",
    removeLead:
      "{{name}} cannot see any of your records. To share with them again, you need their contact card.",
    removeReads:
      "{{name}} can still read what you shared. Removing them here does not stop that: stop the access first if you want it to end.",
    reminders: "Remind me before a permission ends",
    remindersHint: "It is then on the first page, and you get a message once.",
    days_one: "One day before",
    days_other: "{{count}} days before",
    never: "Never",
  },
};

export const settings = {
  settings: {
    section: {
      look: "Language and looks",
      me: "About me",
      security: "Safety",
      recovery: "Help from people",
      sharing: "Sharing",
      notifications: "News",
      network: "Network",
      about: "About CareKey",
    },
    title: "Settings",
    language: "Language",
    theme: "Appearance",
    system: "Like the computer",
    light: "Light",
    dark: "Dark",
    id: "My identifier",
  },
};

export const unlock = {
  unlock: {
    title: "Welcome back, {{name}}",
    keyring: "Your key is in this computer’s key store.",
    passphrase: "Type your passphrase to open your records.",
    open: "Open",
  },
};

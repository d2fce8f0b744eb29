//! The people of the sample network, and the way to their windows.

use serde_json::{Value, json};

use crate::{app::App, window::Window};

/// A sample person, as the start screen knows them.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Waits until the network inside the app answers.
pub(crate) async fn online(start: &Window) {
    start.see("network[data-phase=online]").await;
}

/// The first sample person with this role.
pub(crate) async fn person(start: &Window, role: &str) -> Person {
    let answer = start.call("profiles_list", json!({})).await.unwrap();
    let profiles = answer["profiles"].as_array().unwrap();
    let found = profiles.iter().find(|profile| profile["sample"] == true && profile["role"] == role);
    let found = found.unwrap_or_else(|| panic!("the sample network has a {role}: {answer}"));
    Person { id: text(found, "id"), name: text(found, "name") }
}

/// The sample person of this name.
pub(crate) async fn named(start: &Window, name: &str) -> Person {
    let answer = start.call("profiles_list", json!({})).await.unwrap();
    let profiles = answer["profiles"].as_array().unwrap();
    let found = profiles.iter().find(|profile| profile["name"] == name);
    Person {
        id: text(found.unwrap_or_else(|| panic!("{name} is of the sample network: {answer}")), "id"),
        name: name.to_owned(),
    }
}

/// Opens a person in the window that shows the start screen.
pub(crate) async fn open_here(start: &Window, person: &Person) {
    start.click(&format!("profile-{}", person.id)).await;
    start.see_text("profile-me", &person.name).await;
}

/// Opens a person in a window of their own.
pub(crate) async fn open_beside(app: &App, start: &Window, person: &Person) -> Window {
    let button = format!("profile-{}-window", person.id);
    let window = app.next_window(start.click(&button)).await;
    window.see_text("profile-me", &person.name).await;
    window
}

/// A field that is a text.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is a text in {value}")).to_owned()
}
